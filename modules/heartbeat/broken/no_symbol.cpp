// A shared object that is no plug-in: it exports nothing that the loader looks for.
extern "C" int anything();
extern "C" int anything() { return 1; }
