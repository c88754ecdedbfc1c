#include "bench/load/report.h"

#include <json/reader.h>
#include <json/writer.h>
#include <sys/utsname.h>

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <thread>

#include "bench/load/figures.h"
#include "bench/load/page.h"
#include "bench/load/rpc_client.h"

namespace ms::load {
namespace {

constexpr char kPlaceOfResults[] = "{{results}}";

Json::Value readJson(const std::string& path) {
  std::ifstream file(path);
  Json::Value value;
  std::string error;
  if (!file || !Json::parseFromStream(Json::CharReaderBuilder(), file, &value, &error))
    throw LoadError("cannot read " + path + ' ' + error);
  return value;
}

std::string writeJson(const Json::Value& value) {
  Json::StreamWriterBuilder builder;
  builder["indentation"] = " ";
  builder["precision"] = 6;
  return Json::writeString(builder, value);
}

void writeFile(const std::filesystem::path& path, const std::string& text) {
  if (!(std::ofstream(path) << text)) throw LoadError("cannot write " + path.string());
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

// Of results of the same shape; what is no number is left out, as is what only some of them have.
Json::Value medians(const std::vector<const Json::Value*>& results) {
  Json::Value result(Json::objectValue);
  for (const std::string& name : results.front()->getMemberNames()) {
    std::vector<const Json::Value*> values;
    for (const Json::Value* each : results) {
      if (each->isMember(name)) values.push_back(&(*each)[name]);
    }
    if (values.size() < results.size()) continue;
    if (std::ranges::all_of(values, &Json::Value::isObject)) {
      result[name] = medians(values);
    } else if (std::ranges::all_of(values, &Json::Value::isNumeric)) {
      std::vector<double> numbers;
      for (const Json::Value* value : values) numbers.push_back(value->asDouble());
      result[name] = median(std::move(numbers));
    }
  }
  return result;
}

bool matches(const Json::Value& run, const Json::Value& wanted) {
  return std::ranges::all_of(wanted.getMemberNames(), [&](const std::string& name) {
    return run.isMember(name) && run[name].asString() == wanted[name].asString();
  });
}

// The value behind the first "NAME : " of a file of /proc.
std::string fieldOf(const char* path, const std::string& name) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with(name)) continue;
    const std::size_t colon = line.find(':');
    if (colon == std::string::npos) continue;
    const std::size_t begin = line.find_first_not_of(" \t", colon + 1);
    return begin == std::string::npos ? "" : line.substr(begin);
  }
  return "unknown";
}

// Without names that say where it stands.
Json::Value describeMachine() {
  utsname system{};
  uname(&system);
  Json::Value machine;
  machine["processor"] = fieldOf("/proc/cpuinfo", "model name");
  machine["cores"] = std::thread::hardware_concurrency();
  machine["memory"] = fieldOf("/proc/meminfo", "MemTotal");
  machine["system"] = std::string(system.sysname) + ' ' + system.release + ' ' + system.machine;
  return machine;
}

std::string today() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[sizeof "2000-01-01"];
  std::strftime(text, sizeof text, "%Y-%m-%d", &parts);
  return text;
}

// JSON inside a script element must not end it.
std::string makePage(const Json::Value& report) {
  std::string json = writeJson(report);
  for (std::size_t at = json.find("</"); at != std::string::npos; at = json.find("</", at + 3))
    json.insert(at + 1, "\\");
  std::string page = kPage;
  return page.replace(page.find(kPlaceOfResults), sizeof kPlaceOfResults - 1, json);
}

}  // namespace

Json::Value groupResults(const std::vector<Json::Value>& results) {
  Json::Value groups(Json::arrayValue);
  for (const Json::Value& result : results) {
    const auto same = std::ranges::find_if(
        groups, [&](const Json::Value& group) { return group["run"] == result["run"]; });
    Json::Value& group = same == groups.end() ? groups.append(Json::objectValue) : *same;
    group["run"] = result["run"];
    Json::Value rest = result;
    rest.removeMember("run");
    group["runs"].append(std::move(rest));
  }
  for (Json::Value& group : groups) {
    std::vector<const Json::Value*> runs;
    for (const Json::Value& run : group["runs"]) runs.push_back(&run);
    group["median"] = medians(runs);
  }
  return groups;
}

Json::Value judge(const Json::Value& groups, const Json::Value& targets) {
  Json::Value judged(Json::arrayValue);
  for (const Json::Value& target : targets) {
    for (const Json::Value& group : groups) {
      if (!matches(group["run"], target["run"])) continue;
      Json::Value verdict = target;
      const auto value = figureAt(group["median"], target["figure"].asString());
      if (value) verdict["value"] = *value;
      verdict["met"] = value &&
                       (!target.isMember("at_most") || *value <= target["at_most"].asDouble()) &&
                       (!target.isMember("at_least") || *value >= target["at_least"].asDouble());
      judged.append(std::move(verdict));
      break;
    }
  }
  return judged;
}

int writeReport(const std::vector<std::string>& arguments) {
  std::filesystem::path folder;
  Json::Value targets(Json::arrayValue), facts(Json::objectValue);
  std::vector<Json::Value> results;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& word = arguments[i];
    if (!word.starts_with("--")) {
      results.push_back(readJson(word));
      continue;
    }
    if (i + 1 == arguments.size()) throw LoadError(word + " needs a value");
    const std::string& value = arguments[++i];
    const std::size_t sign = value.find('=');
    if (word == "--out")
      folder = value;
    else if (word == "--targets")
      targets = readJson(value);
    else if (word == "--fact" && sign != std::string::npos)
      facts[value.substr(0, sign)] = value.substr(sign + 1);
    else
      throw LoadError("unknown option " + word + ' ' + value);
  }
  if (folder.empty() || results.empty()) throw LoadError("report needs --out FOLDER and results");

  Json::Value report;
  report["date"] = today();
  report["machine"] = describeMachine();
  report["facts"] = facts;
  report["groups"] = groupResults(results);
  report["targets"] = judge(report["groups"], targets);
  std::filesystem::create_directories(folder);
  writeFile(folder / "results.json", writeJson(report) + '\n');
  writeFile(folder / "index.html", makePage(report));
  for (const Json::Value& target : report["targets"]) {
    std::cout << (target["met"].asBool() ? "met     " : "MISSED  ") << target["name"].asString()
              << ": " << target["value"].asDouble() << ' ' << target["unit"].asString() << '\n';
  }
  return 0;
}

}  // namespace ms::load
