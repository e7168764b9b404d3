package dev.tandem.server;

import dev.tandem.transport.Listener;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;

/** Holds the listeners back while there is any reason to: clients then wait in the kernel's queue. For any thread. */
final class Gate {

    enum Reason {
        /** There are as many connections as there may be. */
        FULL,
        /** The connections hold nearly as many bytes as they may. */
        BUDGET
    }

    private final List<Listener> listeners = new ArrayList<>();
    private final Set<Reason> reasons = EnumSet.noneOf(Reason.class);

    synchronized void add(Listener listener) {
        listeners.add(listener);
        if (!reasons.isEmpty()) {
            listener.pauseAccepting();
        }
    }

    /**
     * Holds the listeners back for this reason while the condition is met. To be called whenever it may have changed: it is
     * looked at under the lock, so that of several threads that change it the last one to look sees the last change.
     *
     * @return whether this has just become a reason
     */
    synchronized boolean holdIf(Reason reason, BooleanSupplier condition) {
        boolean wasHeld = !reasons.isEmpty();
        boolean isNew = false;
        if (condition.getAsBoolean()) {
            isNew = reasons.add(reason);
        } else {
            reasons.remove(reason);
        }
        boolean isHeld = !reasons.isEmpty();
        if (isHeld != wasHeld) {
            listeners.forEach(isHeld ? Listener::pauseAccepting : Listener::resumeAccepting);
        }
        return isNew;
    }
}
