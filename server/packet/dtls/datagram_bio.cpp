#include "server/packet/dtls/datagram_bio.h"

#include <algorithm>

#include "server/packet/dtls/dtls_session.h"

namespace ms::dtls {
namespace {

DatagramPipe& pipeOf(BIO* bio) { return *static_cast<DatagramPipe*>(BIO_get_data(bio)); }

int readDatagram(BIO* bio, char* to, int capacity) {
  BIO_clear_retry_flags(bio);
  DatagramPipe& pipe = pipeOf(bio);
  if (pipe.input.empty() || capacity <= 0) {
    BIO_set_retry_read(bio);
    return -1;
  }
  // As recv() does: what does not fit is lost.
  const std::size_t size = std::min(pipe.input.size(), static_cast<std::size_t>(capacity));
  std::copy_n(pipe.input.begin(), size, to);
  pipe.input = {};
  return static_cast<int>(size);
}

// A datagram that finds the list full is lost, as on any network.
int writeDatagram(BIO* bio, const char* from, int size) {
  BIO_clear_retry_flags(bio);
  if (size <= 0) return -1;
  pipeOf(bio).output.add(
      Bytes(reinterpret_cast<const std::uint8_t*>(from), static_cast<std::size_t>(size)));
  return size;
}

long control(BIO* bio, int command, long, void* pointer) {
  switch (command) {
    case BIO_CTRL_FLUSH:
      return 1;
    case BIO_CTRL_DGRAM_QUERY_MTU:
    case BIO_CTRL_DGRAM_GET_FALLBACK_MTU:
      return static_cast<long>(DtlsSession::kMtuBytes);
    case BIO_CTRL_DGRAM_SET_NEXT_TIMEOUT:
      pipeOf(bio).retransmission_due = static_cast<timeval*>(pointer);
      return 1;
    default:
      return 0;
  }
}

int create(BIO* bio) {
  BIO_set_init(bio, 1);
  return 1;
}

BioMethodHandle makeMethod() {
  BioMethodHandle method(BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "datagrams"));
  if (!method || !BIO_meth_set_read(method.get(), readDatagram) ||
      !BIO_meth_set_write(method.get(), writeDatagram) ||
      !BIO_meth_set_ctrl(method.get(), control) || !BIO_meth_set_create(method.get(), create)) {
    return nullptr;
  }
  return method;
}

}  // namespace

bool DatagramList::add(Bytes datagram) {
  if (sizes_.size() >= kMaxDatagrams) return false;
  bytes_.insert(bytes_.end(), datagram.begin(), datagram.end());
  sizes_.push_back(datagram.size());
  return true;
}

void DatagramList::clear() {
  bytes_.clear();
  sizes_.clear();
}

BioHandle makeDatagramBio(DatagramPipe& pipe) {
  static const BioMethodHandle method = makeMethod();
  BioHandle bio(method ? BIO_new(method.get()) : nullptr);
  if (bio) BIO_set_data(bio.get(), &pipe);
  return bio;
}

}  // namespace ms::dtls
