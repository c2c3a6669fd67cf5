// What `vesper model show --stage llvm|assembly` prints.
#include <gtest/gtest.h>

#include "kernels/lanes.h"

namespace vesper::kernels {
namespace {

using testing::Draft;
using testing::Op;

Request decay() {
  Draft draft;
  auto& graph = draft.graph;
  draft.parameters = 2;
  draft.rates = {graph.unary(
      Op::negate,
      graph.binary(Op::multiply, graph.binary(Op::divide, graph.parameter(0), graph.parameter(1)),
                   graph.state(0)))};
  return draft.request();
}

TEST(Text, ShowsTheSixFunctionsWithTheModelsNames) {
  for (const unsigned lanes : widths()) {
    const std::string llvm = text(decay(), {lanes, {}}, Stage::llvm).value();
    const std::string assembly = text(decay(), {lanes, {}}, Stage::assembly).value();
    for (const std::string name :
         {"prepare", "rates", "factor", "stage", "outputs", "conditions"}) {
      EXPECT_NE(llvm.find("define void @" + name + "("), std::string::npos) << name;
      EXPECT_NE(assembly.find(name + ":"), std::string::npos) << name;
    }
    EXPECT_NE(llvm.find("<" + std::to_string(lanes) + " x double>"), std::string::npos);
    EXPECT_NE(llvm.find("%y0 = load"), std::string::npos);
    EXPECT_NE(llvm.find("%p1 = load"), std::string::npos);
  }
}

#if defined(__x86_64__)
TEST(Text, UsesTheRegistersOfTheWidth) {
  for (const unsigned lanes : widths()) {
    const std::string assembly = text(decay(), {lanes, {}}, Stage::assembly).value();
    EXPECT_EQ(assembly.find("%zmm") != std::string::npos, lanes == 8);
    if (lanes < 8) {
      EXPECT_EQ(assembly.find("%ymm") != std::string::npos, lanes == 4);
    }
  }
}
#endif

}  // namespace
}  // namespace vesper::kernels
