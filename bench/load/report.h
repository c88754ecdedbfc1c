// Many results become one: medians of the runs that did the same, what the targets say about them,
// the machine they ran on, and a page with plots that needs no network.
#pragma once

#include <json/value.h>

#include <string>
#include <vector>

namespace ms::load {

// `results` as the scenarios give them. Those with the same "run" become one group:
// {"run", "median": each number's median, "runs"}.
Json::Value groupResults(const std::vector<Json::Value>& results);

// For each of `targets` ({"name", "run": what the group's run must have, "figure", and "at_most" or
// "at_least"}) that some group matches: the target with "value" and "met". A figure that is missing
// is not met.
Json::Value judge(const Json::Value& groups, const Json::Value& targets);

// The arguments of `media-load report`: --out FOLDER [--targets FILE] [--fact NAME=TEXT]..., then
// results. Writes results.json and index.html there and gives the exit code. Throws LoadError.
int writeReport(const std::vector<std::string>& arguments);

}  // namespace ms::load
