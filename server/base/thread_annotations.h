// Clang's thread-safety annotations (-Wthread-safety); nothing for other compilers.
#pragma once

#if defined(__clang__)
#define MS_TSA(x) __attribute__((x))
#else
#define MS_TSA(x)
#endif

#define ONLY_ON(loop) MS_TSA(guarded_by(loop))           // A member that only this loop touches.
#define RUNS_ON(loop) MS_TSA(requires_capability(loop))  // A function that only this loop calls.
#define GUARDED_BY(mutex) MS_TSA(guarded_by(mutex))
