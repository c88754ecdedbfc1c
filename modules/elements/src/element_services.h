// What endpoints share and do not own: the workers they live on, certificates, the clock of
// RTCP, and the HTTP server of those that are posted to. Made at start, outlives every object.
#pragma once

#include <atomic>
#include <future>
#include <memory>

#include "modules/core/src/module_settings.h"
#include "modules/elements/api.h"
#include "server/frame/executor.h"
#include "server/http/upload_server.h"
#include "server/net/worker_loops.h"
#include "server/packet/dtls/certificate.h"
#include "server/packet/rtp/ntp_time.h"

namespace ms::elements {

class ElementServices {
 public:
  // Makes the certificates, or reads them from the files that `settings` names; one that cannot be
  // used is named in the log and a new one is made instead. An RSA key takes some 100 ms and is
  // made on a thread of its own, so that the server answers before.
  ElementServices(net::WorkerLoops& workers, const core::ModuleSettings& settings);
  // All objects are gone. What they left on the workers, such as the tracks of a recorder that
  // write what they keep, ends before the threads that it is written on.
  ~ElementServices();
  ElementServices(const ElementServices&) = delete;
  ElementServices& operator=(const ElementServices&) = delete;

  // Where a peer of a pipeline on this loop, which is a worker's, is to live.
  net::WorkerLease leaseNear(const Loop& loop) const;
  net::SctpLoop& sctp() const { return workers_.sctp(); }
  // Waits for the RSA one when it is not there yet. Throws std::runtime_error when it cannot be
  // made.
  const dtls::Certificate& certificate(api::CertificateKeyType key_type) const;
  const rtp::NtpClock& clock() const { return clock_; }
  frame::FrameThreads& frameThreads() { return frame_threads_; }
  // Loads GStreamer on a thread of its own, once, so that who needs it first need not wait. On one
  // loop only.
  void loadFramePlane();
  http::UploadServer& uploads() { return uploads_; }

  // Chains that decode and encode what peers send, one for each source that needs one. A core does
  // about ten of them at 720p; more than this is no use of a server but an attack on it.
  static constexpr int kMaxConversions = 512;
  struct ReturnPermit {
    void operator()(std::atomic<int>* conversions) const { --*conversions; }
  };
  // Counts while it exists. Null when there are kMaxConversions.
  using ConversionPermit = std::unique_ptr<std::atomic<int>, ReturnPermit>;
  ConversionPermit permitConversion();

 private:
  net::WorkerLoops& workers_;
  const std::shared_future<dtls::Certificate> rsa_;
  const dtls::Certificate ecdsa_;
  const rtp::NtpClock clock_;
  std::atomic<int> conversions_ = 0;
  bool is_frame_plane_loaded_ = false;  // Or about to be.
  http::UploadServer uploads_;
  frame::FrameThreads frame_threads_;
};

}  // namespace ms::elements
