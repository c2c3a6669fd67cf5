// Rodas5P: a stiffly accurate Rosenbrock method of order 5 with an embedded one of order 4, eight
// stages, and dense output of order 4, by G. Steinebach (2023), doi:10.1007/s10543-023-00967-x.
// The coefficients were read off the tableau of that name in OrdinaryDiffEq.jl, not off the paper;
// the closed forms in tests/solve hold the method to 1e-7.
//
// In transformed variables U, which spare the product with the Jacobian, a step of length h from
// (t, y) solves for i = 1..8
//
//   (1/(h gamma) I - df/dy) U_i = f(t + alpha_i h, y + sum_j a_ij U_j)
//                                 + sum_j (c_ij / h) U_j + h gamma_i df/dt
//
// Stiffly accurate: the argument of stage 7 is that of stage 6 plus U_6, that of stage 8 adds U_7,
// y(t + h) adds U_8, and U_8 is the error estimate.  In between, with x in [0, 1],
//
//   y(t + x h) = (1-x) y0 + x (y1 + (1-x) (D_1 + x (D_2 + x D_3))),   D_m = sum_j H_mj U_j
#pragma once

#include <cstddef>

namespace vesper::solve::rodas5p {

inline constexpr std::size_t stages = 8;
inline constexpr std::size_t summed_stages = 6;  // those whose arguments are sums over a
inline constexpr int error_order = 5;            // of the estimate: it shrinks as h^5
inline constexpr double gamma = 0.21193756319429014;

inline constexpr double alpha[stages] = {
    0, 0.6358126895828704, 0.4095798393397535, 0.9769306725060716, 0.4288403609558664, 1, 1, 1};

inline constexpr double gammas[stages] = {0.21193756319429014,
                                          -0.42387512638858027,
                                          -0.3384627126235924,
                                          1.8046452872882734,
                                          2.325825639765069,
                                          0,
                                          0,
                                          0};

inline constexpr double a[summed_stages][stages] = {
    {},
    {3.0},
    {2.849394379747939, 0.45842242204463923},
    {-6.954028509809101, 2.489845061869568, -10.358996098473584},
    {2.8029986275628964, 0.5072464736228206, -0.3988312541770524, -0.04721187230404641},
    {-7.502846399306121, 2.561846144803919, -11.627539656261098, -0.18268767659942256,
     0.030198172008377946}};

inline constexpr double c[stages][stages] = {
    {},
    {-14.155112264123755},
    {-17.97296035885952, -2.859693295451294},
    {147.12150275711716, -1.41221402718213, 71.68940251302358},
    {165.43517024871676, -0.4592823456491126, 42.90938336958603, -5.961986721573306},
    {24.854864614690072, -3.0009227002832186, 47.4931110020768, 5.5814197821558125,
     -0.6610691825249471},
    {30.91273214028599, -3.1208243349937974, 77.79954646070892, 34.28646028294783,
     -19.097331116725623, -28.087943162872662},
    {37.80277123390563, -3.2571969029072276, 112.26918849496327, 66.9347231244047,
     -40.06618937091002, -54.66780262877968, -9.48861652309627}};

inline constexpr std::size_t dense_rows = 3;
inline constexpr double dense[dense_rows][stages] = {
    {25.948786856663858, -2.5579724845846235, 10.433815404888879, -2.3679251022685204,
     0.524948541321073, 1.1241088310450404, 0.4272876194431874, -0.17202221070155493},
    {-9.91568850695171, -0.9689944594115154, 3.0438037242978453, -24.495224566215796,
     20.176138334709044, 15.98066361424651, -6.789040303419874, -6.710236069923372},
    {11.419903575922262, 2.8879645146136994, 72.92137995996029, 80.12511834622643,
     -52.072871366152654, -59.78993625266729, -0.15582684282751913, 4.883087185713722}};

// Where something fast follows something slow, that polynomial u is of a lower order than its ends:
// it misses by K b(x), whatever the equations (docs/decisions/0012-dense-output.md).  One stage more
// with the same matrix, at the x* where b'(x*)/b(x*) = 1/gamma, tells K:
//
//   (1/(h gamma) I - df/dy) W = f(t + x* h, u(x*)) - du/dt(x*)
//   y(t + x h) = u(x) + W b(x)/b(x*),      b(x) = x (1-x) (x-z_1) (x-z_2)
//
// which fulfils the equations at x* to first order in W.
inline constexpr double defect_zeros[2] = {0.155, 0.64};
inline constexpr double defect_at = 0.790379831819385;
inline constexpr double defect_bump =
    defect_at * (1 - defect_at) * (defect_at - defect_zeros[0]) * (defect_at - defect_zeros[1]);

}  // namespace vesper::solve::rodas5p
