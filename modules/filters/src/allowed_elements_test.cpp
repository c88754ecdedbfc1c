#include "modules/filters/src/allowed_elements.h"

#include <gtest/gtest.h>

namespace ms::filters {
namespace {

TEST(AllowedElements, HasFiltersAndNothingThatReadsOrSends) {
  const AllowedElements allowed("");
  for (const char* name : {"videoflip", "videobalance", "textoverlay", "audioecho", "volume"})
    EXPECT_TRUE(allowed.contains(name)) << name;
  for (const char* name : {"filesrc", "filesink", "udpsink", "souphttpsrc", "gdkpixbufoverlay",
                           "facedetect", "fakesink", "ladspa", "queue", "", "video"})
    EXPECT_FALSE(allowed.contains(name)) << name;
}

TEST(AllowedElements, TheConfigurationAddsToThem) {
  const AllowedElements allowed(" capsfilter,facedetect , identity");
  for (const char* name : {"capsfilter", "facedetect", "identity", "videoflip"})
    EXPECT_TRUE(allowed.contains(name)) << name;
  EXPECT_FALSE(allowed.contains("filesrc"));
  EXPECT_FALSE(allowed.contains(""));
}

}  // namespace
}  // namespace ms::filters
