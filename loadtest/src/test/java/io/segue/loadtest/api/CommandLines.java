package io.segue.loadtest.api;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs curl lines as they are printed: by curl itself where it is installed, else by what it would have done. */
final class CommandLines {
    private final Path folder;
    private final String token;
    private final boolean curl;

    /**
     * @param folder for a file of settings, so that the lines themselves need no more than they have
     * @param token what {@code $TOKEN} stands for
     */
    CommandLines(Path folder, String token) throws IOException {
        this.folder = folder;
        this.token = token;
        this.curl = installed("curl") && installed("bash");
        Files.writeString(folder.resolve(".curlrc"), "silent\nwrite-out = \"\\n%{http_code}\"\n");
    }

    /** Status and body. */
    record Answer(int status, String body) {}

    private static boolean installed(String tool) {
        return List.of(System.getenv().getOrDefault("PATH", "").split(":")).stream()
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, tool)));
    }

    Answer run(String command) throws IOException, InterruptedException {
        return curl ? byCurl(command) : byClient(command);
    }

    private Answer byCurl(String command) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder("bash", "-c", command);
        builder.environment().put("TOKEN", token);
        builder.environment().put("CURL_HOME", folder.toString());
        Process process = builder.redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(30, TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw new AssertionError("curl ended with " + process.exitValue() + ": " + output);
        }
        int end = output.lastIndexOf('\n');
        return new Answer(Integer.parseInt(output.substring(end + 1)), output.substring(0, end));
    }

    /** What curl does with these lines: a body makes it a POST, and -X says otherwise. */
    Answer byClient(String command) throws IOException, InterruptedException {
        List<String> words = words(command);
        String url = words.get(1);
        String method = "";
        String body = "";
        List<String> headers = new ArrayList<>();
        for (int i = 2; i < words.size(); i += 2) {
            String value = words.get(i + 1);
            switch (words.get(i)) {
                case "-H" -> headers.addAll(List.of(value.split(": ", 2)));
                case "-X" -> method = value;
                case "-d" -> body = value;
                default -> throw new AssertionError("not known: " + words.get(i));
            }
        }
        HttpRequest request = HttpRequest.newBuilder(URI.create(url))
                .headers(headers.toArray(String[]::new))
                .method(
                        !method.isEmpty() ? method : body.isEmpty() ? "GET" : "POST",
                        body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
                .build();
        HttpResponse<String> response = HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
        return new Answer(response.statusCode(), response.body());
    }

    /** Takes a line apart as a shell does: quotes, variables in double quotes, lines that go on, comments. */
    private List<String> words(String command) {
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        boolean begun = false;
        char quote = 0;
        String text = command.replaceAll("(?m)^#.*\\n", "").replace("\\\n", " ") + "\n";
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (quote != 0 && c == quote) {
                quote = 0;
            } else if (quote == 0 && (c == '\'' || c == '"')) {
                quote = c;
                begun = true;
            } else if (quote == 0 && Character.isWhitespace(c)) {
                if (begun) {
                    words.add(word.toString().replace("$TOKEN", token));
                    word.setLength(0);
                    begun = false;
                }
            } else {
                word.append(c);
                begun = true;
            }
        }
        return words;
    }
}
