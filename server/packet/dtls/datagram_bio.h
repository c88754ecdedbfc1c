// The two ends of OpenSSL's transport in memory: one datagram to read, a bounded list of datagrams
// it wrote. Unlike BIO_s_mem it keeps the borders of datagrams. Included by .cpp files only.
#pragma once

#include <sys/time.h>

#include <cstdint>
#include <vector>

#include "server/base/bytes.h"
#include "server/packet/dtls/openssl_handles.h"

namespace ms::dtls {

// Datagrams one after the other in one buffer, whose memory is used again.
class DatagramList {
 public:
  // More than any flight of a handshake has.
  static constexpr std::size_t kMaxDatagrams = 64;

  // False when the list is full.
  bool add(Bytes datagram);
  void clear();
  bool empty() const { return sizes_.empty(); }

  template <class Function>
  void forEach(Function&& function) const {
    std::size_t at = 0;
    for (const std::size_t size : sizes_) {
      function(Bytes(bytes_).subspan(at, size));
      at += size;
    }
  }

 private:
  std::vector<std::uint8_t> bytes_;
  std::vector<std::size_t> sizes_;
};

struct DatagramPipe {
  Bytes input;  // Read once, whole. Valid only during the call into OpenSSL.
  DatagramList output;
  // OpenSSL's own notion of when its retransmission is due; see DtlsSession::handleTimeout().
  timeval* retransmission_due = nullptr;
};

// `pipe` must outlive the BIO.
BioHandle makeDatagramBio(DatagramPipe& pipe);

}  // namespace ms::dtls
