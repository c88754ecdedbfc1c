// From samples to the figures of a result.
#pragma once

#include <json/value.h>

#include <optional>
#include <string>
#include <vector>

#include "bench/load/process_usage.h"
#include "bench/load/settings.h"

namespace ms::load {

// {"count", "p50", "p95", "p99", "p999", "max"}; only a count of 0 without samples.
Json::Value distribution(std::vector<double> samples);

// {"resident_mb", "threads", "descriptors"}
Json::Value toJson(const ProcessUsage& usage);

// The figure at a path with dots; nothing when there is none or it is no number.
std::optional<double> figureAt(const Json::Value& result, const std::string& path);

// A sentence for each expectation that `result` misses; a figure that is not there is a miss.
std::vector<std::string> misses(const Json::Value& result,
                                const std::vector<Expectation>& expectations);

}  // namespace ms::load
