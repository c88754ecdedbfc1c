// The outlets of a chain of the frame plane: one for each list of formats that sinks take, each
// with an EncodedSource on a worker. An outlet exists from the first question for it until clear(),
// whether anything flows or not.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "modules/core/src/media_element.h"
#include "modules/elements/src/element_services.h"
#include "server/frame/encoded_source.h"
#include "server/frame/encoder_bitrates.h"
#include "server/net/outlet.h"

namespace ms::elements {

class EncodedOutlets {
 public:
  // Lists of formats, of all sinks of one element; who comes with another gets nothing.
  static constexpr std::size_t kMaxOutlets = 32;

  // As PlayerChain::makeProducer().
  using MakeProducer = std::function<std::unique_ptr<frame::FrameProducer>(
      std::shared_ptr<frame::FrameInlet>, core::AcceptedFormats)>;

  // On the pipeline's loop, as every function.
  EncodedOutlets(ElementServices& services, const Loop& home);
  ~EncodedOutlets();

  // Null beyond kMaxOutlets.
  net::OutletPtr find(rtp::MediaKind kind, const core::AcceptedFormats& accepted,
                      const MakeProducer& make_producer);
  // Ends the sources.
  void clear();

 private:
  struct Outlet;

  ElementServices& services_;
  const Loop& home_;
  std::vector<std::unique_ptr<Outlet>> outlets_;
};

// How fast encoders behind this element may be.
frame::EncoderBitrates encoderBitratesOf(core::MediaElement& element);

}  // namespace ms::elements
