// What follows from measured values.
//
// Creatinine clearance (Cockcroft & Gault, Nephron 1976;16:31-41):
//   CrCl [mL/min] = (140 - age [years]) weight [kg] / (72 creatinine [mg/dL]),  times 0.85 in women
//
// Child-Pugh (Pugh and others, Br J Surg 1973;60:646-649; INR in place of the prothrombin time as
// in use since): 1, 2 or 3 points each for
//   bilirubin [mg/dL]  below 2, to 3, above        albumin [g/L]  above 35, from 28, below
//   INR  below 1.7, to 2.3, above                  ascites and encephalopathy  none, mild, marked
#include <cmath>

#include "safety/facts.h"

namespace vesper::safety {

namespace {

int points(double value, double two_from, double three_above) {
  return value < two_from ? 1 : value <= three_above ? 2 : 3;
}

}  // namespace

double cockcroft_gault(double age, double weight, double creatinine, bool female) {
  return (140 - age) * weight / (72 * creatinine) * (female ? 0.85 : 1);
}

int child_pugh(double bilirubin, double albumin, double inr, int ascites, int encephalopathy) {
  const int of_albumin = albumin > 35 ? 1 : albumin >= 28 ? 2 : 3;
  return points(bilirubin, 2, 3) + of_albumin + points(inr, 1.7, 2.3) + 1 + ascites + 1 +
         encephalopathy;
}

}  // namespace vesper::safety
