// Tsit5: an explicit Runge-Kutta pair of orders 5 and 4, six stages and the first of the next step,
// and dense output of order 4, by Ch. Tsitouras (2011), doi:10.1016/j.camwa.2011.06.002.  The
// coefficients were read off public implementations that name the paper, not off the paper; the
// closed forms in tests/solve hold the method to 1e-7.
//
//   k_i = f(t + alpha_i h, y + h sum_j a_ij k_j),   y(t + h) = argument of stage 7
//   error = h sum_j e_j k_j,   y(t + x h) = y + h sum_j (sum_m r_jm x^m) k_j,  m = 1..4
#pragma once

#include <cstddef>

namespace vesper::solve::tsit5 {

inline constexpr std::size_t stages = 7;
inline constexpr int error_order = 5;

inline constexpr double alpha[stages] = {0, 0.161, 0.327, 0.9, 0.9800255409045097, 1, 1};

inline constexpr double a[stages][stages] = {
    {},
    {0.161},
    {-0.008480655492356989, 0.335480655492357},
    {2.8971530571054935, -6.359448489975075, 4.3622954328695815},
    {5.325864828439257, -11.748883564062828, 7.4955393428898365, -0.09249506636175525},
    {5.86145544294642, -12.92096931784711, 8.159367898576159, -0.071584973281401,
     -0.028269050394068383},
    {0.09646076681806523, 0.01, 0.4798896504144996, 1.379008574103742, -3.290069515436081,
     2.324710524099774}};

inline constexpr double error[stages] = {
    -0.00178001105222577714, -0.0008164344596567469, 0.007880878010261995, -0.1447110071732629,
    0.5823571654525552,      -0.45808210592918697,   0.015151515151515152};

inline constexpr double dense[stages][4] = {
    {1.0, -2.763706197274826, 2.9132554618219126, -1.0530884977290216},
    {0, 0.13169999999999998, -0.2234, 0.1017},
    {0, 3.9302962368947516, -5.941033872131505, 2.490627285651253},
    {0, -12.411077166933676, 30.33818863028232, -16.548102889244902},
    {0, 37.50931341651104, -88.1789048947664, 47.37952196281928},
    {0, -27.896526289197286, 65.09189467479366, -34.87065786149661},
    {0, 1.5, -4, 2.5}};

}  // namespace vesper::solve::tsit5
