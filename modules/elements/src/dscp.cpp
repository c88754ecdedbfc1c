#include "modules/elements/src/dscp.h"

namespace ms::elements {

int dscpOf(api::DSCPValue value) {
  using enum api::DSCPValue;
  switch (value) {
    case NO_DSCP:
    case NO_VALUE:
      return kNoDscp;
    case AUDIO_LOW:
    case VIDEO_LOW:
    case DATA_LOW:
    case CHROME_LOW:
    case CS0:
      return 0;
    case AUDIO_VERYLOW:
    case VIDEO_VERYLOW:
    case DATA_VERYLOW:
    case LE:
      return 1;
    case CHROME_VERYLOW:
    case CS1:
      return 8;
    case DATA_MEDIUM:
    case AF11:
      return 10;
    case AF12:
      return 12;
    case AF13:
      return 14;
    case CS2:
      return 16;
    case DATA_HIGH:
    case AF21:
      return 18;
    case AF22:
      return 20;
    case AF23:
      return 22;
    case CS3:
      return 24;
    case AF31:
      return 26;
    case AF32:
      return 28;
    case AF33:
      return 30;
    case CS4:
      return 32;
    case VIDEO_HIGH_THROUGHPUT:
    case AF41:
      return 34;
    case VIDEO_MEDIUM:
    case VIDEO_HIGH:
    case AF42:
      return 36;
    case VIDEO_MEDIUM_THROUGHPUT:
    case AF43:
      return 38;
    case CS5:
      return 40;
    case VOICEADMIT:
      return 44;
    case AUDIO_MEDIUM:
    case AUDIO_HIGH:
    case EF:
      return 46;
    case CS6:
      return 48;
    case CHROME_HIGH:
    case CHROME_MEDIUM:
    case CS7:
      return 56;
  }
  return kNoDscp;
}

}  // namespace ms::elements
