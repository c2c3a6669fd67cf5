#include "cli/cli.h"

int main(int argc, char** argv) {
  return vesper::cli::main(argc, argv);
}
