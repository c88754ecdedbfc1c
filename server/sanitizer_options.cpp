// What AddressSanitizer's search for leaks has to know of GStreamer and the libraries below it:
// part of each program that loads them. Empty in any other build.
#if defined(__SANITIZE_ADDRESS__)

extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __asan_default_options();

extern "C" const char* __lsan_default_suppressions() {
  return
      // GLib's first table of quarks, made by its constructor, is kept for good when it is full.
      "leak:call_init\n"
      // Interned strings are kept for good, in blocks of which only the newest is still pointed to.
      "leak:g_intern_string\n"
      // libx265 3.5 does not free all of an encoder.
      "leak:x265_\n";
}

// The stacks that these are found in pass through code without frame pointers.
extern "C" const char* __asan_default_options() { return "fast_unwind_on_malloc=0"; }

#endif
