package io.marft.testkit;

/** A program that counts, as a process to test with. */
final class Ticker {

    private Ticker() {}

    /** Counts to the given number, or for ever. */
    @SuppressWarnings("SystemOut") // Counting is what it does.
    public static void main(String[] arguments) throws InterruptedException {
        int most = arguments.length == 0 ? Integer.MAX_VALUE : Integer.parseInt(arguments[0]);
        for (int i = 1; i <= most; i++) {
            System.out.println("tick " + i);
            Thread.sleep(10);
        }
    }
}
