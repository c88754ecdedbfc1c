// The scenarios: each drives the server, and gives its figures as JSON. All throw LoadError when
// there is nothing to measure; what goes wrong with single viewers is counted instead.
#pragma once

#include <json/value.h>

#include "bench/load/settings.h"

namespace ms::load {

// CPU per forwarded packet, loss, latency, memory, with all viewers there.
Json::Value runBroadcast(const Settings& settings);

// Viewers join a running stream within one second.
Json::Value runJoinStorm(const Settings& settings);

// create, processOffer, gatherCandidates of many endpoints.
Json::Value runCreate(const Settings& settings);

// What an endpoint uses that is negotiated, has its candidates, and nobody answers.
Json::Value runIdle(const Settings& settings);

// CPU of a film that is handed to its viewers as it is in its file.
Json::Value runPlay(const Settings& settings);

}  // namespace ms::load
