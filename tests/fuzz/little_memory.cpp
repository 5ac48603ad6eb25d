// A computer on which 512 MiB are free, whatever this one has: what a reader must refuse to decode there, it refuses in
// the fuzzer, and what it decodes stays within that.
#include "run/process_memory.hpp"

namespace neural_style {

ProcessMemory process_memory() {
    ProcessMemory memory;
    memory.available_mib = 512;
    return memory;
}

}  // namespace neural_style
