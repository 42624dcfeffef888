package io.marft.schemas.wire;

/** What an exception says, and what its causes add to that, in one line. */
final class OneLine {

    private OneLine() {}

    static String of(Throwable error) {
        StringBuilder line = new StringBuilder();
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            String message = cause.getMessage();
            if (message != null && !quotesItsCause(cause) && line.indexOf(message) < 0) {
                line.append(line.isEmpty() ? "" : ": ").append(message.replaceAll("\\s+", " "));
            }
        }
        return line.isEmpty() ? error.getClass().getSimpleName() : line.toString();
    }

    /** An exception that was made of its cause alone has the cause's name and message for its own. */
    private static boolean quotesItsCause(Throwable error) {
        return error.getCause() != null && error.getCause().toString().equals(error.getMessage());
    }
}
