#include "cli/cli.h"

namespace vesper::cli {

int main(int, char**) { return 2; }

}  // namespace vesper::cli
