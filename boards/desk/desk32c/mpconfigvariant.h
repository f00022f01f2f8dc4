// desk32c: as desk32.
#include "../desk32/mpconfigvariant.h"
