package io.marft.cli.settings;

import java.util.Collections;
import java.util.Enumeration;
import java.util.ResourceBundle;
import java.util.stream.Stream;

/** What {@code --help} says of each setting: picocli looks an option's text up here by its {@code descriptionKey}. */
public final class HelpTexts extends ResourceBundle {

    private static final String DOC = ".0";
    private static final String WAYS = ".1";

    @Override
    protected Object handleGetObject(String key) {
        if (key.endsWith(DOC)) {
            return Settings.find(key.substring(0, key.length() - DOC.length()))
                    .map(Setting::help)
                    .orElse(null);
        }
        return key.endsWith(WAYS)
                ? Settings.find(key.substring(0, key.length() - WAYS.length()))
                        .map(Setting::ways)
                        .orElse(null)
                : null;
    }

    /** Two lines for each setting, numbered as picocli wants them. */
    @Override
    public Enumeration<String> getKeys() {
        return Collections.enumeration(Settings.all().stream()
                .flatMap(setting -> Stream.of(setting.key() + DOC, setting.key() + WAYS))
                .toList());
    }
}
