#include "bench/load/process_usage.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>

#include "bench/load/rpc_client.h"

namespace ms::load {
namespace {

// Fields of /proc/PID/stat behind the name in brackets, which may hold blanks itself; proc(5)
// counts them from 3.
constexpr int kFirstField = 3, kUserTime = 14, kSystemTime = 15, kThreads = 20, kResidentPages = 24;

}  // namespace

ProcessUsage ProcessUsage::of(pid_t process) {
  const std::filesystem::path folder = "/proc/" + std::to_string(process);
  std::ifstream file(folder / "stat");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const std::size_t bracket = text.rfind(')');
  if (bracket == std::string::npos)
    throw LoadError("no process " + std::to_string(process) + " to measure");
  std::istringstream fields(text.substr(bracket + 1));
  const long ticks_per_second = sysconf(_SC_CLK_TCK), page_bytes = sysconf(_SC_PAGESIZE);
  ProcessUsage usage;
  std::string field;
  for (int number = kFirstField; fields >> field; ++number) {
    if (number == kUserTime || number == kSystemTime)
      usage.cpu += std::chrono::microseconds(std::stoll(field) * 1'000'000 / ticks_per_second);
    if (number == kThreads) usage.threads = std::stoul(field);
    if (number == kResidentPages)
      usage.resident_kb = std::stoul(field) * static_cast<std::size_t>(page_bytes) / 1024;
  }
  std::error_code error;
  const std::filesystem::directory_iterator descriptors(folder / "fd", error);
  if (error) throw LoadError("cannot look at the descriptors of the server: " + error.message());
  usage.descriptors = static_cast<std::size_t>(std::distance(begin(descriptors), end(descriptors)));
  return usage;
}

}  // namespace ms::load
