// libSBML loses elements and messages of some documents that it cannot read.  UDUNITS-2 loses a few
// bytes in its scanner for every unit text with a syntax error; that is not ours to mend, and would
// end every run at once.
extern "C" const char* __lsan_default_suppressions() {
  return "leak:utlex\nleak:libsbml\n";
}
