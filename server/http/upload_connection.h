// One TCP connection of the UploadServer: reads requests one after the other, asks UploadPaths what
// to do with each, hands bodies on as their sinks have room, and answers.
//
// On the server's loop. Pending operations hold it; close() ends them.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <functional>
#include <memory>

#include "server/base/loop.h"
#include "server/http/upload_paths.h"

namespace ms::http {

class UploadConnection {
 public:
  virtual ~UploadConnection() = default;
  virtual void start() = 0;
  virtual void close() = 0;
  virtual bool hasUpload() const = 0;
};

// `on_closed` is called once, on the loop, from within the call that closes it.
std::shared_ptr<UploadConnection> makeUploadConnection(boost::asio::ip::tcp::socket socket,
                                                       Loop& loop, UploadPaths& paths,
                                                       std::function<void()> on_closed);

}  // namespace ms::http
