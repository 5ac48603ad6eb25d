// What a card's runtime library exports, for device_memory_test: it says what environment variables say.
#include <cstdlib>

extern "C" int cudaMemGetInfo(std::size_t* free, std::size_t* total) {
    const char* const mib = std::getenv("FAKE_FREE_MIB");
    if (!mib) return 100;  // cudaErrorNoDevice
    *free = std::size_t(std::atoll(mib)) << 20;
    *total = *free * 2;
    return 0;
}

extern "C" int cudaDeviceGetAttribute(int* value, int attribute, int index) {
    const char* const capability = std::getenv("FAKE_CAPABILITY");
    if (!capability || index != 1) return 101;  // cudaErrorInvalidDevice
    *value = attribute == 75 ? std::atoi(capability) : -1;
    return 0;
}
