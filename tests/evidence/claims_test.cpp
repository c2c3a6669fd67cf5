#include "evidence/claims.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "evidence/folder.h"
#include "evidence/library.h"
#include "evidence/provenance.h"
#include "language/antimony.h"

namespace vesper::evidence {
namespace {

const char* const claims =
    "- id: T1\n"
    "  kind: mechanism\n"
    "  says: It blocks the receptor\n"
    "  verdict: supported\n"
    "  why: Scans\n"
    "  for: [book]\n"
    "  against: [other]\n"
    "  answered-by:\n"
    "    - {model: m, element: CL}\n"
    "    - {model: m, element: H1}\n"
    "    - {model: m, element: plasma}\n"
    "    - {model: m}\n"
    "    - {protocol: p}\n"
    "    - {observation: seen}\n"
    "    - {target: far}\n"
    "    - {product: tablet}\n"
    "    - {rule: wait}\n"
    "- id: T2\n"
    "  kind: outcome\n"
    "  says: It cures\n"
    "  verdict: anecdote\n"
    "  why: One case\n"
    "  answered-by:\n"
    "    - {refusal: no trial exists, planned: trials}\n";

const char* const model =
    "//@ hypothesis H1 \"slow\" CL = 1\n"
    "unit L_per_h = litre / (3600 second);\n"
    "model m\n"
    "  CL = 2 L_per_h; CL description \"book\"; CL notes \"established; measured\";\n"
    "  C := 2 * CL; C has L_per_h; C is \"plasma\";\n"
    "end\n";

void fill(const Folder& folder, const std::string& text) {
  folder.write("models/m.ant", model);
  folder.write("protocols/p.yaml", "title: p\n");
  folder.write("products/tablet.yaml", "name: tablet\n");
  folder.write("evidence/rules.yaml", "- {id: wait}\n");
  folder.write("evidence/sources.yaml",
               "- {id: book, citation: A book, authors: [Doe J, Roe R], title: On it, container: "
               "Journal, year: 1999, doi: 10.1/x, pmid: 123}\n- {id: other, citation: Another}\n");
  folder.write("evidence/observations/o.yaml",
               "- id: seen\n  says: a figure of Crohn's disease\n  module: gut\n"
               "  observed: {value: 1, unit: nM}\n  source: book\n  use: judged\n"
               "  predict: {protocol: p, readout: max(plasma)}\n");
  folder.write("evidence/targets.yaml",
               "model: m\nconcentrations: {}\ntargets:\n- id: far\n  name: far\n  claim: c\n"
               "  action: a\n  grade: hypothesis\n  why: w\n  not-modelled: nothing\n");
  folder.write("evidence/claims.yaml", text);
}

TEST(Claims, are_covered_by_what_exists) {
  Folder folder;
  fill(folder, claims);
  const auto found = coverage(folder.search());
  ASSERT_TRUE(found) << found.error().text();
  for (const Diagnostic& one : found->offences) ADD_FAILURE() << one.text();
  EXPECT_EQ(found->running, 1u);
  EXPECT_EQ(found->refused, 1u);
  const std::string table = coverage_table(*found);
  EXPECT_NE(table.find("2 of 2 claims are answered: 1 by something that runs, 1 by a stated"),
            std::string::npos)
      << table;
  EXPECT_NE(table.find("not built yet: trials (T2)"), std::string::npos) << table;
  EXPECT_NE(table.find("CL of m"), std::string::npos) << table;
  const auto json = nlohmann::json::parse(coverage_json(*found));
  EXPECT_EQ(json["answered"], 2);
  EXPECT_EQ(json["list"][1]["answers"][0]["planned"], "trials");
}

TEST(Claims, whose_answer_is_not_there_are_named_with_their_line) {
  const std::vector<std::tuple<const char*, const char*, int, const char*>> table = {
      {"element: CL}", "element: CLL}", 9, "no element 'CLL'"},
      {"model: m, element: CL", "model: mm, element: CL", 9, "cannot be read"},
      {"{protocol: p}", "{protocol: q}", 13, "no protocol q"},
      {"{observation: seen}", "{observation: sean}", 14, "no observation sean"},
      {"{target: far}", "{target: near}", 15, "no mechanism near"},
      {"{product: tablet}", "{product: tablets}", 16, "no product tablets"},
      {"{rule: wait}", "{rule: wat}", 17, "no rule wat"},
      {"  answered-by:\n    - {refusal: no trial exists, planned: trials}\n", "", 18,
       "claim T2 is answered by nothing"},
      {"  answered-by:\n    - {refusal: no trial exists, planned: trials}\n", "  answered-by: []\n",
       18, "claim T2 is answered by nothing"},
  };
  for (const auto& [from, to, line, words] : table) {
    Folder folder;
    fill(folder, replaced(claims, from, to));
    const auto found = coverage(folder.search());
    ASSERT_TRUE(found) << found.error().text();
    ASSERT_EQ(found->offences.size(), 1u) << to;
    EXPECT_EQ(found->offences[0].place.line, line) << found->offences[0].text();
    EXPECT_NE(found->offences[0].message.find(words), std::string::npos)
        << found->offences[0].text();
    EXPECT_EQ(found->unanswered.size(), line == 18 ? 1u : 0u);
  }
}

TEST(Claims, that_are_wrong_are_refused) {
  const std::vector<std::tuple<const char*, const char*, Code, const char*>> table = {
      {"kind: mechanism", "kind: mecanism", Code::unknown_choice, "mechanism"},
      {"verdict: supported", "verdict: true", Code::unknown_choice, "supported"},
      {"  why: Scans\n", "", Code::missing_key, "'why'"},
      {"for: [book]", "for: [bok]", Code::unknown_source, "book"},
      {"against: [other]", "agains: [other]", Code::unknown_key, "against"},
      {"{protocol: p}", "{protocol: p, product: tablet}", Code::bad_claim, "exactly one"},
      {"{protocol: p}", "{element: CL}", Code::bad_claim, "exactly one"},
      {"{protocol: p}", "{protocol: p, planned: soon}", Code::bad_claim, "exactly one"},
      {"{protocol: p}", "p", Code::bad_claim, "kind of thing"},
      {"{protocol: p}", "{protocoll: p}", Code::unknown_key, "protocol"},
      {"- id: T2", "- id: T1", Code::duplicate_id, "twice"},
  };
  for (const auto& [from, to, code, words] : table) {
    Folder folder;
    fill(folder, replaced(claims, from, to));
    const auto found = read_claims(folder.search());
    ASSERT_FALSE(found) << to;
    EXPECT_EQ(info(found.error().code).number, info(code).number) << found.error().text();
    EXPECT_NE(found.error().text().find(words), std::string::npos) << found.error().text();
    EXPECT_GT(found.error().place.line, 0);
  }
}

TEST(Sources, may_be_cited_in_parts) {
  Folder folder;
  fill(folder, claims);
  const auto found = read_sources(folder.search());
  ASSERT_TRUE(found) << found.error().text();
  EXPECT_EQ((*found)[0].authors, (std::vector<std::string>{"Doe J", "Roe R"}));
  EXPECT_EQ((*found)[0].year, 1999);
  EXPECT_EQ((*found)[0].doi, "10.1/x");
  for (const auto& [line, code] :
       {std::pair{"- {id: a, citation: A, year: 99}", Code::out_of_range},
        std::pair{"- {id: a, citation: A, year: soon}", Code::bad_number},
        std::pair{"- {id: a, citation: A, doi: \"doi:10.1/x\"}", Code::bad_source},
        std::pair{"- {id: a, citation: A, pmid: PMC12}", Code::bad_source}}) {
    folder.write("evidence/sources.yaml", line);
    const auto bad = read_sources(folder.search());
    ASSERT_FALSE(bad) << line;
    EXPECT_EQ(info(bad.error().code).number, info(code).number) << bad.error().text();
  }
}

TEST(Library, is_searched_and_shown) {
  Folder folder;
  fill(folder, claims);
  const auto library = read_library(folder.search());
  ASSERT_TRUE(library) << library.error().text();
  const auto ids = [&](const std::vector<std::string>& words) {
    std::string all;
    for (const Hit& hit : find(*library, words)) all += hit.kind + ":" + hit.id + " ";
    return all;
  };
  EXPECT_EQ(ids({"crohn"}), "observation:seen ");
  EXPECT_EQ(ids({"CROHN", "Figure"}), "observation:seen ");
  EXPECT_EQ(ids({"crohn figure"}), "observation:seen ");
  EXPECT_EQ(ids({"crohn", "receptor"}), "");
  EXPECT_EQ(ids({"book"}), "source:book claim:T1 observation:seen ");  // its own id first
  EXPECT_EQ(ids({""}), "");
  const auto shown = show_text(*library, "book");
  ASSERT_TRUE(shown);
  for (const char* words : {"A book", "for claim T1", "observation seen", "1999"}) {
    EXPECT_NE(shown->find(words), std::string::npos) << *shown;
  }
  const auto claim = show_json(*library, "T1");
  ASSERT_TRUE(claim);
  const auto json = nlohmann::json::parse(*claim);
  EXPECT_EQ(json["verdict"], "supported");
  EXPECT_EQ(json["answered by"].size(), 9u);
  const auto missing = show_text(*library, "bok");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Code::unknown_evidence);
  EXPECT_EQ(missing.error().mend, "did you mean 'book'?");
}

struct Offence {
  const char* from;
  const char* to;
  const char* message;
};

TEST(Provenance, of_every_number_is_asked_for) {
  const std::vector<Offence> table = {
      {"", "", ""},
      {"\"book\"", "\"assumed\"", ""},
      {"\"book\"", "\"fit-x\"", ""},
      {"\"book\"", "\"book; other\"", ""},
      {"\"book\"", "\"book; bok\"", "source 'bok'"},
      {"established; measured", "hypothesis", ""},
      {"2 L_per_h", "2", "has no unit"},
      {" CL description \"book\";", "", "names no source"},
      {"\"book\"", "\"bok\"", "source 'bok' that is not in evidence/sources.yaml"},
      {" CL notes \"established; measured\";", "", "has no grade"},
      {"established; measured", "measured", "do not begin with a grade"},
      {"established; measured", "established, measured", "do not begin with a grade"},
      {"established; measured", "assumed", "assumed without a reason"},
      {"established; measured", "assumed; ", "assumed without a reason"},
  };
  for (const Offence& one : table) {
    Folder folder;
    fill(folder, claims);
    std::string text = model;
    // Without a unit the check of units has nothing to say either.
    if (std::string(one.from) == "2 L_per_h") {
      text = replaced(text, "  C := 2 * CL; C has L_per_h; C is \"plasma\";\n", "");
    }
    folder.write("models/m.ant", replaced(text, one.from, one.to));
    const auto read = language::read_antimony(folder.root() / "models/m.ant", folder.search());
    ASSERT_TRUE(read) << read.error().text();
    const auto system = equations::build(*read);
    ASSERT_TRUE(system) << system.error().text();
    const auto sources = read_sources(folder.search());
    const auto found = missing_provenance(*read, *system, *sources);
    ASSERT_EQ(found.size(), std::string(one.message).empty() ? 0u : 1u) << one.to;
    if (found.empty()) continue;
    EXPECT_NE(found[0].message.find(one.message), std::string::npos) << found[0].text();
    EXPECT_EQ(found[0].place.line, 4);
  }
}

TEST(Provenance, does_not_let_units_go_unchecked) {
  Folder folder;
  fill(folder, claims);
  folder.write("models/m.ant", std::string("//@ units unchecked\n") + model);
  const auto read = language::read_antimony(folder.root() / "models/m.ant", folder.search());
  ASSERT_TRUE(read) << read.error().text();
  const auto system = equations::build(*read);
  ASSERT_TRUE(system) << system.error().text();
  const auto found = missing_provenance(*read, *system, *read_sources(folder.search()));
  ASSERT_EQ(found.size(), 1u);
  EXPECT_NE(found[0].message.find("opts out"), std::string::npos);
}

}  // namespace
}  // namespace vesper::evidence
