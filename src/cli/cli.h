// The command line: arguments in, exit code out.  No numerics here.
#pragma once

namespace vesper::cli {

// 0 done, 1 a run failed, 2 bad input, 130 interrupted.
int main(int argc, char** argv);

}  // namespace vesper::cli
