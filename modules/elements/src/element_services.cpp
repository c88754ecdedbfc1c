#include "modules/elements/src/element_services.h"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <stdexcept>
#include <string>
#include <utility>

#include "server/base/log.h"
#include "server/frame/gstreamer.h"

namespace ms::elements {
namespace {

LogCategory category("webrtcendpoint");

constexpr const char* kClass = "WebRtcEndpoint";
constexpr std::string_view kFileScheme = "file://";

std::string pathOf(const core::ModuleSettings& settings, const char* key) {
  std::string path = settings.text(kClass, key, "");
  if (path.starts_with(kFileScheme)) path = path.substr(kFileScheme.size());
  if (path.empty() || path.starts_with('/')) return path;
  return std::filesystem::path(settings.text(kClass, "configPath", "/etc/kurento")) / path;
}

std::string readFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

dtls::Certificate makeCertificate(const core::ModuleSettings& settings, const char* key,
                                  dtls::KeyType type) {
  if (const std::string path = pathOf(settings, key); !path.empty()) {
    auto certificate = dtls::Certificate::fromPem(readFile(path));
    if (certificate) return *certificate;
    MS_LOG(category, Error,
           key << " " << path << " cannot be used: " << certificate.error()
               << "; a certificate is made instead");
  }
  auto made = dtls::Certificate::makeSelfSigned(type, std::chrono::system_clock::now());
  if (!made) throw std::runtime_error("No DTLS certificate can be made: " + made.error());
  return *made;
}

http::UploadSettings uploadSettings(const core::ModuleSettings& settings) {
  constexpr const char* kClassOfUploads = "HttpEndpoint";
  constexpr int kMaxPort = std::numeric_limits<std::uint16_t>::max();
  http::UploadSettings to;
  to.host = settings.text(kClassOfUploads, "serverAddress", to.host);
  to.announced_host = settings.text(kClassOfUploads, "announcedAddress", "");
  const int port = settings.number(kClassOfUploads, "serverPort", to.port);
  if (port >= 0 && port <= kMaxPort) to.port = static_cast<std::uint16_t>(port);
  return to;
}

// RFC 5905, section 6: NTP counts from 1900, the system from 1970.
rtp::NtpTime wallClock() {
  constexpr std::uint64_t kSecondsTo1970 = 2'208'988'800;
  const auto since_1970 = std::chrono::system_clock::now().time_since_epoch();
  return rtp::NtpTime(kSecondsTo1970 << 32) + std::chrono::duration_cast<Duration>(since_1970);
}

}  // namespace

ElementServices::ElementServices(net::WorkerLoops& workers, const core::ModuleSettings& settings)
    : workers_(workers),
      rsa_(std::async(std::launch::async,
                      [settings] {
                        return makeCertificate(settings, "pemCertificateRSA", dtls::KeyType::Rsa);
                      })),
      ecdsa_(makeCertificate(settings, "pemCertificateECDSA", dtls::KeyType::Ecdsa)),
      clock_(wallClock(), Loop::now()),
      uploads_(uploadSettings(settings)) {}

ElementServices::~ElementServices() {
  for (std::size_t i = 0; i < workers_.size(); ++i) workers_.at(i).loop().runAndWait([] {});
}

net::WorkerLease ElementServices::leaseNear(const Loop& loop) const {
  for (std::size_t i = 0; i < workers_.size(); ++i)
    if (&workers_.at(i).loop() == &loop) return workers_.leaseNear(workers_.at(i));
  throw std::logic_error("An endpoint was made on a loop that is no worker's");
}

void ElementServices::loadFramePlane() {
  if (std::exchange(is_frame_plane_loaded_, true)) return;
  const auto executor = std::make_shared<frame::SerialExecutor>(frame_threads_, "gstreamer");
  executor->post([] { frame::startGStreamer(); });
  executor->finish();
}

ElementServices::ConversionPermit ElementServices::permitConversion() {
  ConversionPermit permit(&conversions_);
  if (++conversions_ > kMaxConversions) return nullptr;
  return permit;
}

const dtls::Certificate& ElementServices::certificate(api::CertificateKeyType key_type) const {
  return key_type == api::CertificateKeyType::Ecdsa ? ecdsa_ : rsa_.get();
}

}  // namespace ms::elements
