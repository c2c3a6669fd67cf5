// Compiled code on disk: what is in the key, and files that must not be believed.
#include "kernels/cache.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <iterator>
#include <thread>

#include "kernels/lanes.h"
#include "kernels/target.h"
#include "temporary_folder.h"

namespace vesper::kernels {
namespace {

namespace fs = std::filesystem;
using testing::Bench;
using testing::Draft;
using testing::NodeId;
using testing::Op;
using vesper::testing::TemporaryFolder;

// dy/dt = -p0 y + rate
Draft decay(double rate = 1) {
  Draft draft;
  auto& graph = draft.graph;
  draft.parameters = 1;
  draft.rates = {graph.binary(
      Op::subtract, graph.constant(rate),
      graph.binary(Op::multiply, graph.parameter(0), graph.unary(Op::exp, graph.state(0))))};
  draft.outputs = {graph.binary(Op::multiply, graph.constant(2), graph.state(0))};
  return draft;
}

std::string key_of(const Request& request, unsigned lanes = 2) {
  return code_key(request, host_target(lanes));
}

std::string bytes_of(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

void write_private(const fs::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
  fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write);
}

fs::path only_file(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder)) files.push_back(entry.path());
  EXPECT_EQ(files.size(), 1u);
  return files.empty() ? fs::path() : files.front();
}

// Code that works, and whether it came from the folder.
bool came_from(const fs::path& folder, const Request& request) {
  Bench bench(request, 2, folder);
  for (unsigned lane = 0; lane < 2; ++lane) bench.set(lane, {0, {0.0}, {3.0}});
  bench.run();
  EXPECT_EQ(bench.dydt(0, 1), -2);
  EXPECT_EQ(bench.code->counts().factors, 1u);
  EXPECT_EQ(bench.code->counts().jacobian, 1u);
  EXPECT_GT(bench.code->counts().stage_operations, 0u);
  return bench.code->from_cache();
}

TEST(Cache, KeepsCode) {
  const TemporaryFolder folder;
  const Request request = decay().request();
  EXPECT_FALSE(came_from(folder.path() / "new" / "deep", request));
  EXPECT_TRUE(came_from(folder.path() / "new" / "deep", request));
  EXPECT_FALSE(came_from({}, request));
}

TEST(Cache, KnowsWhatWasKept) {
  const TemporaryFolder folder;
  Draft draft = decay();
  draft.rates[0] = draft.graph.binary(Op::multiply, draft.rates[0], draft.graph.time());
  const Request request = draft.request();
  const auto made = compile(request, {2, folder.path()}).value();
  const auto read = compile(request, {2, folder.path()}).value();
  ASSERT_TRUE(read->from_cache());
  EXPECT_TRUE(read->time_dependent());
  EXPECT_EQ(read->counts().constants, made->counts().constants);
  EXPECT_EQ(read->counts().fill, made->counts().fill);
  EXPECT_EQ(read->counts().rates_operations, made->counts().rates_operations);
  EXPECT_EQ(read->counts().factor_operations, made->counts().factor_operations);
  EXPECT_EQ(read->counts().outputs_operations, made->counts().outputs_operations);
}

TEST(Cache, HasNoParameterValueInItsKey) {
  Draft draft = decay();
  const Request request = draft.request();
  auto changed = std::make_shared<equations::System>(*request.system);
  changed->parameters[0].value = 17;
  changed->parameters[0].id = "other";
  changed->states[0].id = "renamed";
  Request other = request;
  other.system = changed;
  EXPECT_EQ(key_of(request), key_of(other));
  EXPECT_EQ(*text({request.system, {}, {}}, {}, Stage::assembly),
            *text({changed, {}, {}}, {}, Stage::assembly));
}

TEST(Cache, IsBlindToNodesThatAreNotUsed) {
  Draft plain = decay(), crowded;
  for (int i = 0; i < 5; ++i) crowded.graph.constant(100 + i);
  const Draft after = decay();
  auto& graph = crowded.graph;
  crowded.parameters = 1;
  crowded.outputs = {graph.binary(Op::multiply, graph.constant(2), graph.state(0))};
  crowded.rates = {graph.binary(
      Op::subtract, graph.constant(1),
      graph.binary(Op::multiply, graph.parameter(0), graph.unary(Op::exp, graph.state(0))))};
  EXPECT_EQ(key_of(plain.request()), key_of(crowded.request()));
}

TEST(Cache, TellsDifferentCodeApart) {
  const Request request = decay().request();
  Request fewer = request, more = request;
  fewer.outputs.clear();
  more.conditions = request.outputs;
  std::vector<std::string> keys{key_of(request), key_of(decay(2).request()), key_of(fewer),
                                key_of(more)};
  for (const unsigned lanes : widths()) {
    if (lanes != 2) keys.push_back(key_of(request, lanes));
  }
  Target other = host_target(2);
  other.features += ",+something";
  keys.push_back(code_key(request, other));
  std::sort(keys.begin(), keys.end());
  EXPECT_EQ(std::unique(keys.begin(), keys.end()), keys.end());
  EXPECT_EQ(keys[0].size(), 64u);
}

TEST(Cache, BelievesNothingThatIsCorrupt) {
  const TemporaryFolder folder;
  const Request request = decay().request();
  ASSERT_FALSE(came_from(folder.path(), request));
  const fs::path file = only_file(folder.path());
  const std::string good = bytes_of(file);
  const auto rebuilt_from = [&](const std::string& bytes, const std::string& what) {
    write_private(file, bytes);
    EXPECT_FALSE(came_from(folder.path(), request)) << what;
    EXPECT_EQ(bytes_of(file), good) << what << ": not mended";
  };
  rebuilt_from("", "empty");
  rebuilt_from("no code at all", "foreign");
  for (const std::size_t length :
       {good.size() - 1, good.size() / 2, std::size_t{141}, std::size_t{5}}) {
    rebuilt_from(good.substr(0, length), "truncated");
  }
  for (std::size_t at = 0; at < good.size(); at += 1 + good.size() / 40) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 0x20);
    rebuilt_from(bad, "byte " + std::to_string(at));
  }
  rebuilt_from(good + "more", "longer");
  write_private(file, good);
  EXPECT_TRUE(came_from(folder.path(), request));
}

TEST(Cache, BelievesNothingThatIsOfAnotherKey) {
  const TemporaryFolder folder;
  const Request request = decay().request(), other = decay(5).request();
  ASSERT_TRUE(compile(other, {2, folder.path()}).has_value());
  fs::rename(cached_path(folder.path(), key_of(other)),
             cached_path(folder.path(), key_of(request)));
  EXPECT_FALSE(came_from(folder.path(), request));
  EXPECT_TRUE(came_from(folder.path(), request));
}

TEST(Cache, LinksNothingThatIsNoObjectFile) {
  const TemporaryFolder folder;
  const Request request = decay().request();
  write_cached(folder.path(), key_of(request), {"whole, and of the right key", {}, false});
  ASSERT_TRUE(read_cached(folder.path(), key_of(request)).has_value());
  EXPECT_FALSE(came_from(folder.path(), request));
  EXPECT_TRUE(came_from(folder.path(), request));
}

TEST(Cache, BelievesNothingThatOthersCanWrite) {
  const TemporaryFolder folder;
  const Request request = decay().request();
  ASSERT_FALSE(came_from(folder.path(), request));
  fs::permissions(only_file(folder.path()), fs::perms::group_write, fs::perm_options::add);
  EXPECT_FALSE(came_from(folder.path(), request));
  EXPECT_TRUE(came_from(folder.path(), request));  // made again, for this user alone
}

TEST(Cache, DoesWithoutAFolderThatCannotBeWritten) {
  const TemporaryFolder folder;
  const Request request = decay().request();
  const fs::path blocked = folder.write("file", "not a folder");
  EXPECT_FALSE(came_from(blocked, request));
  EXPECT_FALSE(came_from(blocked / "below", request));
  EXPECT_EQ(bytes_of(blocked), "not a folder");
  // A folder where the file should be.
  fs::create_directories(cached_path(folder.path() / "odd", key_of(request)));
  EXPECT_FALSE(came_from(folder.path() / "odd", request));
}

TEST(Cache, ServesManyAtOnce) {
  const TemporaryFolder folder;
  const Request request = decay().request();
  std::vector<std::thread> threads;
  for (int k = 0; k < 4; ++k) {
    threads.emplace_back([&] {
      for (int i = 0; i < 5; ++i) came_from(folder.path(), request);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_TRUE(came_from(folder.path(), request));
  only_file(folder.path());  // nothing temporary is left
}

}  // namespace
}  // namespace vesper::kernels
