// Makes Streams of connected sockets. Pulls in Asio: for the .cpp files of this folder only.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <memory>
#include <string>

#include "server/rpc/stream.h"
#include "server/rpc/tls_context.h"

namespace ms::rpc {

// Sets TCP_NODELAY and keep-alive: a request is one small write, and a peer that vanished without a
// word shall be noticed.
std::unique_ptr<Stream> makePlainStream(boost::asio::ip::tcp::socket socket);
std::unique_ptr<Stream> makeTlsServerStream(boost::asio::ip::tcp::socket socket, TlsContext tls);
std::unique_ptr<Stream> makeTlsClientStream(boost::asio::ip::tcp::socket socket, TlsContext tls,
                                            const std::string& host);

}  // namespace ms::rpc
