// The HTTP server that media is posted to: one listener for all endpoints, on a loop of its own, so
// that who sends much or slowly is no matter of the loops of packets. Nothing listens, and the loop
// does not exist, before the first path is opened.
//
// What it holds is bounded: connections, a header and one piece of a body for each of them. A body
// is read as fast as its sink takes it; TCP makes the client wait.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "server/base/loop.h"
#include "server/base/mutex.h"
#include "server/http/upload.h"

namespace ms::http {

struct UploadSettings {
  std::string host = "localhost";  // To listen on: a name or a number.
  std::uint16_t port = 9091;       // 0: one that is free.
  std::string announced_host;      // In URLs; empty: `host`.
};

class UploadServer;

// One path of the server, open as long as this exists. The server outlives it. Any thread.
class UploadPath {
 public:
  UploadPath(UploadServer& server, std::string path, std::string url)
      : server_(server), path_(std::move(path)), url_(std::move(url)) {}
  ~UploadPath();
  UploadPath(const UploadPath&) = delete;
  UploadPath& operator=(const UploadPath&) = delete;

  const std::string& url() const { return url_; }
  // The receiver is told, unless somebody posts just now.
  void maybeEndSession();

 private:
  UploadServer& server_;
  const std::string path_;
  const std::string url_;
};

class UploadServer {
 public:
  // Looks the host up, which may wait for a name server: before loops run.
  explicit UploadServer(UploadSettings settings);
  // Closes all connections.
  ~UploadServer();
  UploadServer(const UploadServer&) = delete;
  UploadServer& operator=(const UploadServer&) = delete;

  // A path that nobody can guess. Any thread. Throws std::runtime_error with the reason when the
  // address cannot be listened on; the next call tries again.
  std::unique_ptr<UploadPath> open(std::shared_ptr<UploadReceiver> receiver);

 private:
  friend class UploadPath;
  class Site;  // Loop, listener, connections and paths.

  Site& site() MS_TSA(requires_capability(mutex_));

  const UploadSettings settings_;
  const std::string address_;  // Of the host; empty: it has none.
  Mutex mutex_;
  std::unique_ptr<Site> site_ GUARDED_BY(mutex_);
};

}  // namespace ms::http
