#include "server/app/glib_log.h"

#include <glib.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <string_view>

#include "server/base/log_record.h"
#include "server/base/log_sink.h"

namespace ms::app {
namespace {

LogCategory kLog("glib");

LogLevel toLevel(GLogLevelFlags flags) {
  if (flags & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL)) return LogLevel::Error;
  if (flags & G_LOG_LEVEL_WARNING) return LogLevel::Warning;
  if (flags & (G_LOG_LEVEL_MESSAGE | G_LOG_LEVEL_INFO)) return LogLevel::Info;
  return LogLevel::Debug;
}

std::string_view textOf(const GLogField& field) {
  const auto* text = static_cast<const char*>(field.value);
  if (!text) return {};
  return field.length < 0 ? std::string_view(text)
                          : std::string_view(text, static_cast<std::size_t>(field.length));
}

GLogWriterOutput onMessage(GLogLevelFlags flags, const GLogField* fields, gsize count, gpointer) {
  const auto find = [&](std::string_view key) {
    for (gsize i = 0; i < count; ++i)
      if (fields[i].key == key) return textOf(fields[i]);
    return std::string_view();
  };
  const std::string domain(find("GLIB_DOMAIN"));
  const LogLevel level = toLevel(flags);
  if (!kLog.enabled(level) ||
      g_log_writer_default_would_drop(flags, domain.empty() ? nullptr : domain.c_str()))
    return G_LOG_WRITER_HANDLED;
  writeLog({.at = WallClock::now(),
            .process_id = getpid(),
            .thread_id = thisThreadId(),
            .level = level,
            .category = kLog.name(),
            .file = find("CODE_FILE"),
            .line = std::atoi(std::string(find("CODE_LINE")).c_str()),
            .function = find("CODE_FUNC"),
            .object = domain,
            .message = find("MESSAGE")});
  return G_LOG_WRITER_HANDLED;
}

}  // namespace

void routeGlibLog() { g_log_set_writer_func(onMessage, nullptr, nullptr); }

}  // namespace ms::app
