// The report blocks at the end of SR and RR (RFC 3550 §6.4.1), 24 bytes each.
#pragma once

#include <cstddef>

#include "server/base/bytes.h"
#include "server/packet/rtp/receive_statistics.h"

namespace ms::rtcp {

using rtp::ReceptionReport;

inline constexpr std::size_t kReportBlockBytes = 24;
inline constexpr std::size_t kMaxReportBlocks = 31;  // The count field has 5 bits.

class ReportBlocksView {
 public:
  // `bytes` is a multiple of kReportBlockBytes: SR's and RR's parse() see to that.
  explicit ReportBlocksView(Bytes bytes) : bytes_(bytes) {}

  std::size_t size() const { return bytes_.size() / kReportBlockBytes; }
  ReceptionReport operator[](std::size_t index) const;  // index < size().

 private:
  Bytes bytes_;
};

// `at` has kReportBlockBytes.
void writeReportBlock(const ReceptionReport& report, MutableBytes at);

}  // namespace ms::rtcp
