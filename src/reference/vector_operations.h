// The vector operations that CVODE spends most of its time in, compiled with our own flags: the
// packaged SUNDIALS is built without optimisation, which costs more than half of a run.  Same
// operations, in the same order of summation.
#pragma once

#include <sundials/sundials_nvector.h>

namespace vesper::reference {

// Puts them in place of the serial vector's own; clones of `vector` inherit them.
void use_own_operations(N_Vector vector);

}  // namespace vesper::reference
