// Log lines with GStreamer's categories and levels, so that GST_DEBUG means for this server what
// the documentation says (docs/configuration.md, "Logging").
//
// A category is a static object beside the code that logs. Which lines are wanted and where they go
// is set once at start (log_thresholds.h, log_sink.h); until then warnings and errors go to stderr.
// Any thread. Never in the path of a packet: a dropped packet is a counter.
#pragma once

#include <atomic>
#include <sstream>
#include <string>
#include <string_view>

namespace ms {

enum class LogLevel { None, Error, Warning, Fixme, Info, Debug, Log, Trace };

class LogCategory {
 public:
  // `name` must live as long as the category: give a literal.
  explicit LogCategory(const char* name);
  ~LogCategory();
  LogCategory(const LogCategory&) = delete;
  LogCategory& operator=(const LogCategory&) = delete;

  bool enabled(LogLevel level) const {
    return static_cast<int>(level) <= threshold_.load(std::memory_order_relaxed);
  }
  const char* name() const { return name_; }
  void setThreshold(LogLevel level) { threshold_ = static_cast<int>(level); }

 private:
  const char* const name_;
  std::atomic<int> threshold_;
};

// One line in the making: handed to the sink when it goes.
class LogLine {
 public:
  // `object` is the name of what the line is about, empty for none.
  LogLine(const LogCategory& category, LogLevel level, const char* file, int line,
          const char* function, std::string_view object = {});
  ~LogLine();
  LogLine(const LogLine&) = delete;
  LogLine& operator=(const LogLine&) = delete;
  std::ostream& stream() { return text_; }

 private:
  const LogCategory& category_;
  const LogLevel level_;
  const char* const file_;
  const int line_;
  const char* const function_;
  const std::string object_;
  std::ostringstream text_;
};

}  // namespace ms

// MS_LOG(kCategory, Warning, "port " << port << " is taken");
#define MS_LOG(category, level, text)                                                         \
  do {                                                                                        \
    if ((category).enabled(::ms::LogLevel::level))                                            \
      ::ms::LogLine((category), ::ms::LogLevel::level, __FILE__, __LINE__, __func__).stream() \
          << text;                                                                            \
  } while (false)

// MS_LOG_OBJECT(kCategory, Info, id(), "media flows in");
#define MS_LOG_OBJECT(category, level, object, text)                                           \
  do {                                                                                         \
    if ((category).enabled(::ms::LogLevel::level))                                             \
      ::ms::LogLine((category), ::ms::LogLevel::level, __FILE__, __LINE__, __func__, (object)) \
              .stream()                                                                        \
          << text;                                                                             \
  } while (false)
