// The payload descriptors of all codecs. First byte: the codec; the rest: the payload.
#include <algorithm>
#include <cstdlib>
#include <vector>

#include "server/packet/rtp/key_frame.h"
#include "server/packet/rtp/vp8_descriptor.h"
#include "server/packet/rtp/vp9_descriptor.h"

namespace {

using namespace ms;
using namespace ms::rtp;

void check(bool holds) {
  if (!holds) std::abort();
}

// Writing other ids into a payload changes what is read of them, and nothing else.
template <class Descriptor>
void checkRewriting(Bytes payload) {
  const auto before = Descriptor::parse(payload);
  if (!before) return;
  check(before->ids.picture_id <= before->ids.pictureIdMask());

  std::vector<std::uint8_t> copy(payload.begin(), payload.end());
  before->ids.writeInto(copy);
  check(std::ranges::equal(copy, payload));

  PictureIds changed = before->ids;
  changed.picture_id = (changed.picture_id + 1) & changed.pictureIdMask();
  if (changed.hasTl0PicIdx()) ++changed.tl0_pic_idx;
  changed.writeInto(copy);
  const auto after = Descriptor::parse(copy);
  check(after && after->ids == changed);
  check(after->temporal_layer == before->temporal_layer);

  before->ids.writeInto(copy);
  check(std::ranges::equal(copy, payload));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const Bytes payload(data + 1, size - 1);
  const auto codec = static_cast<Codec>(data[0] % (static_cast<int>(Codec::Other) + 1));
  const bool starts = isKeyFrameStart(codec, payload);
  check(!starts || (hasKeyFrames(codec) && !payload.empty()));
  checkRewriting<Vp8Descriptor>(payload);
  checkRewriting<Vp9Descriptor>(payload);
  return 0;
}
