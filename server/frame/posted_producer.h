// What an EncodedSource on a worker's loop asks of a chain that lives on an executor: each wish is
// posted there. Outlives the chain when the source does; then it does nothing.
#pragma once

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "server/frame/encoded_source.h"
#include "server/frame/executor.h"

namespace ms::frame {

// Who takes part in the frames of a chain.
struct FrameListener {
  std::shared_ptr<FrameInlet> inlet;
  rtp::MediaKind kind;
  std::vector<peer::CodecFormat> accepted;        // By preference.
  std::optional<Bitrate> bitrate = std::nullopt;  // As the receivers want it.
};

// A chain, as producers know it. Called on its executor, but for isRunning().
class FrameDistributor {
 public:
  virtual ~FrameDistributor() = default;

  virtual bool isRunning() const = 0;  // Any thread.
  virtual void add(FrameListener listener) = 0;
  virtual void remove(const std::shared_ptr<FrameInlet>& inlet) = 0;
  virtual void requestKeyFrame(const std::shared_ptr<FrameInlet>& inlet) = 0;
  virtual void setBitrate(const std::shared_ptr<FrameInlet>& inlet, Bitrate bitrate) = 0;
};

class PostedProducer final : public FrameProducer {
 public:
  PostedProducer(std::weak_ptr<FrameDistributor> chain, std::weak_ptr<SerialExecutor> executor,
                 FrameListener listener)
      : chain_(std::move(chain)), executor_(std::move(executor)), listener_(std::move(listener)) {}

  void onFirstSink() override {
    onChain([listener = listener_](FrameDistributor& chain) { chain.add(listener); });
  }
  void onNoSink() override {
    onChain([inlet = listener_.inlet](FrameDistributor& chain) { chain.remove(inlet); });
  }
  void requestKeyFrame() override {
    if (isRunning())
      onChain([inlet = listener_.inlet](FrameDistributor& chain) { chain.requestKeyFrame(inlet); });
  }
  void setBitrate(Bitrate bitrate) override {
    onChain([inlet = listener_.inlet, bitrate](FrameDistributor& chain) {
      chain.setBitrate(inlet, bitrate);
    });
  }

 private:
  bool isRunning() const {
    const auto chain = chain_.lock();
    return chain && chain->isRunning();
  }
  template <class Call>
  void onChain(Call call) const {
    const auto executor = executor_.lock();
    if (!executor || chain_.expired()) return;
    executor->post([chain = chain_, call = std::move(call)] {
      if (const auto living = chain.lock()) call(*living);
    });
  }

  const std::weak_ptr<FrameDistributor> chain_;
  const std::weak_ptr<SerialExecutor> executor_;
  const FrameListener listener_;
};

}  // namespace ms::frame
