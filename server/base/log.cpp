#include "server/base/log.h"

#include <iostream>

namespace ms {

LogCategory::LogCategory(const char* name)
    : name_(name), threshold_(static_cast<int>(LogLevel::Warning)) {}

LogLine::LogLine(const LogCategory& category, LogLevel level, const char* file, int line,
                 const char* function)
    : category_(category), level_(level), file_(file), line_(line), function_(function) {}

LogLine::~LogLine() {
  std::ostringstream whole;
  whole << category_.name() << ' ' << static_cast<int>(level_) << ' ' << file_ << ':' << line_ << ' '
        << function_ << "() " << text_.str() << '\n';
  std::cerr << whole.str();
}

}  // namespace ms
