// The page of a schedule: its months, its changes of dose, and what must be said with it.
#include "report/titration_page.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace vesper {
namespace {

using namespace titration;

std::size_t times_in(const std::string& text, const std::string& what) {
  std::size_t found = 0;
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) {
    ++found;
  }
  return found;
}

TEST(TitrationPage, HasEveryMonthAndMarksEachNewDose) {
  files::SearchPath search;
  search.working_folder = search.share = VESPER_SOURCE_DIR;
  const auto knowledge = read_knowledge(search);
  ASSERT_TRUE(knowledge) << knowledge.error().text();
  ScheduleRequest asked;
  asked.plan = knowledge->plan("clinic").value();
  asked.strengths = read_strengths(knowledge->have, *knowledge, search).value();
  asked.usual = knowledge->target;
  asked.start = files::parse_date("2027-12-20").value();
  asked.at = "22:00";
  asked.course = 84;  // to 2028-03-12
  const Schedule made = make_schedule(asked).value();
  const std::string page = report::titration_page(made, *knowledge, {});
  for (const char* month : {"December 2027", "January 2028", "February 2028", "March 2028"}) {
    EXPECT_NE(page.find(month), std::string::npos) << month;
  }
  EXPECT_EQ(page.find("November 2027"), std::string::npos);
  EXPECT_EQ(page.find("April 2028"), std::string::npos);
  EXPECT_EQ(times_in(page, "<td class=\"new\">"), made.steps.size());
  // Every day of the course once.
  EXPECT_EQ(times_in(page, "<span class=\"dose\">"), 84u);
  EXPECT_EQ(times_in(page, "<span class=\"dose\">1.5 mg"), 14u);
  EXPECT_NE(page.find("<td>29 <span class=\"dose\">4.5 mg"), std::string::npos);  // of February
  EXPECT_NE(page.find("No plan was compared"), std::string::npos);
  EXPECT_NE(page.find("not medical advice"), std::string::npos);
}

}  // namespace
}  // namespace vesper
