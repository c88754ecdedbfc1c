// How jemalloc is set up, which the server is linked with: memory that nobody uses any more goes
// back to the system a second later, by one thread for all, also while nothing is allocated.
// Otherwise what a busy hour has taken stays until the next one: 55 MB instead of 35 after 300
// endpoints. MALLOC_CONF in the environment overrides it.

extern "C" {
// jemalloc looks for this name before main() begins; see its TUNING.
[[gnu::visibility("default"), gnu::used]] extern const char* const malloc_conf =
    "background_thread:true,max_background_threads:1,dirty_decay_ms:1000,muzzy_decay_ms:0";
}
