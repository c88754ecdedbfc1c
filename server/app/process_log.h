// Sets the log of the whole process up as the operator asked: levels, colours, and where lines go:
// rotating files in a folder, one file (GST_DEBUG_FILE) or stderr. main() owns it; when it ends,
// what was said is written and later lines go straight to stderr.
#pragma once

#include <memory>

#include "server/base/log_writer.h"
#include "server/config/start_options.h"

namespace ms::app {

class ProcessLog {
 public:
  // What does not work is said in the log itself: a bad item of GST_DEBUG, a folder that cannot be
  // written to (then lines go to stderr).
  explicit ProcessLog(const config::LogOptions& options);
  ~ProcessLog();
  ProcessLog(const ProcessLog&) = delete;
  ProcessLog& operator=(const ProcessLog&) = delete;
};

}  // namespace ms::app
