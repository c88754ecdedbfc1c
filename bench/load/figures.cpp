#include "bench/load/figures.h"

#include <algorithm>
#include <cmath>
#include <sstream>

namespace ms::load {
namespace {

// The nearest rank of `sorted`, which is not empty.
double percentile(const std::vector<double>& sorted, double share) {
  const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(sorted.size())));
  return sorted[std::max<std::size_t>(rank, 1) - 1];
}

}  // namespace

Json::Value distribution(std::vector<double> samples) {
  std::ranges::sort(samples);
  Json::Value result;
  result["count"] = static_cast<Json::UInt64>(samples.size());
  if (samples.empty()) return result;
  result["p50"] = percentile(samples, 0.5);
  result["p95"] = percentile(samples, 0.95);
  result["p99"] = percentile(samples, 0.99);
  result["p999"] = percentile(samples, 0.999);
  result["max"] = samples.back();
  return result;
}

Json::Value toJson(const ProcessUsage& usage) {
  Json::Value result;
  result["resident_mb"] = static_cast<double>(usage.resident_kb) / 1024;
  result["threads"] = static_cast<Json::UInt64>(usage.threads);
  result["descriptors"] = static_cast<Json::UInt64>(usage.descriptors);
  return result;
}

std::optional<double> figureAt(const Json::Value& result, const std::string& path) {
  const Json::Value* value = &result;
  std::istringstream names(path);
  for (std::string name; std::getline(names, name, '.');) {
    if (!value->isObject() || !value->isMember(name)) return std::nullopt;
    value = &(*value)[name];
  }
  if (!value->isNumeric()) return std::nullopt;
  return value->asDouble();
}

std::vector<std::string> misses(const Json::Value& result,
                                const std::vector<Expectation>& expectations) {
  std::vector<std::string> sentences;
  for (const Expectation& expectation : expectations) {
    const auto figure = figureAt(result, expectation.figure);
    const bool is_met =
        figure && (expectation.bound == Expectation::Bound::AtMost ? *figure <= expectation.value
                                                                   : *figure >= expectation.value);
    if (is_met) continue;
    std::ostringstream sentence;
    sentence << expectation.figure << " is ";
    if (figure)
      sentence << *figure;
    else
      sentence << "missing";
    sentence << ", expected "
             << (expectation.bound == Expectation::Bound::AtMost ? "at most " : "at least ")
             << expectation.value;
    sentences.push_back(sentence.str());
  }
  return sentences;
}

}  // namespace ms::load
