// The engine's program with other arguments than --worker, run aside: lists and gets networks. Used by the network
// page; main thread, callbacks from the main loop.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace neural_style {

class EngineCommand {
public:
    struct Callbacks {
        std::function<void(const std::string& line)> line;  ///< of its standard output and error
        std::function<void(bool succeeded)> end;            ///< once, also if it could not be started
    };

    /// Starts the program of WorkerClient::standard_command() with these arguments in place of "--worker …".
    EngineCommand(const std::vector<std::string>& arguments, Callbacks callbacks);
    ~EngineCommand();  ///< interrupts it; nothing is called any more
    EngineCommand(const EngineCommand&) = delete;
    EngineCommand& operator=(const EngineCommand&) = delete;

    void interrupt();  ///< as by Ctrl-C; `end` follows

private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace neural_style
