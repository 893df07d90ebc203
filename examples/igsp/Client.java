import java.math.BigDecimal;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * A game provider's side of iGSP's wallet hooks, with the standard library of Java 17 or newer only.
 *
 * <p>Signs requests, plays every action and the types that differ, and sends one bet twice. The
 * environment holds the configuration, see ../README.md. Prints a line for each step: action, status,
 * balance. An answer that is not as expected ends the program with an error.
 */
public final class Client {
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final Pattern BALANCE = Pattern.compile("\"balance\":\\s*(-?[0-9.]+)");

    /** What the wallet answered: the exact text, and whether it had answered it before. */
    record Answer(String text, boolean replayed, BigDecimal balance) {}

    private static final String RUN = UUID.randomUUID().toString();
    private static BigDecimal balance;

    public static void main(String[] args) throws Exception {
        String round = "\"round_id\": \"round-" + RUN;
        String first = round + "-1\", ";
        String free = round + "-2\", ";
        balance = call("balance", "{%s}".formatted(who("balance"))).balance();

        // The guide's round, whose bet is refunded after its win.
        play("bet", "bet", "2.50", "-2.50", first + "\"type\": \"bet\", \"finished\": false");
        play("win", "win", "10.00", "10.00", first + "\"type\": \"win\", \"finished\": true");
        String refunded = "\"bet_transaction_id\": \"bet-" + RUN + "\", ";
        play("refund", "refund", "2.50", "2.50", refunded + "\"type\": \"bet\", \"finished\": true");

        play("tip", "bet", "0.10", "-0.10", "\"type\": \"tip\"");

        // A freespin costs the player nothing.
        free += "\"type\": ";
        play("freespin", "bet", "1.00", "0.00", free + "\"freespin\", \"finished\": false");
        play("freespin-win", "win", "0.30", "0.30", free + "\"freespin\", \"finished\": true");
        play("jackpot", "win", "5.00", "5.00", free + "\"jackpot\", \"finished\": true");
        BigDecimal after = call("balance", "{%s}".formatted(who("balance"))).balance();
        expect("balance at the end", after, balance);
    }

    /**
     * Send a transaction, twice if it is the bet; it must change the balance by {@code change}. The
     * amount is written as it stands: it is never a double.
     */
    private static void play(
            String title, String action, String amount, String change, String fields)
            throws Exception {
        String body = """
            {%s, "transaction_id": "%s-%s", "amount": %s, "game_id": %s, %s}"""
            .formatted(who(action), title, RUN, amount, quoted("GAME_ID"), fields);
        Answer answer = call(title, body);
        balance = balance.add(new BigDecimal(change));
        expect("balance after the " + title, answer.balance(), balance);
        if (title.equals("bet")) {
            Answer again = call("replay", body); // the same bytes, signed anew
            expect("answer to the same bet", again.text(), answer.text());
            expect("Idempotent-Replayed of the first", answer.replayed(), false);
            expect("Idempotent-Replayed of the second", again.replayed(), true);
        }
    }

    /** Sign the exact bytes, send them, print the step; every step of this program must succeed. */
    private static Answer call(String title, String body) throws Exception {
        String timestamp = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(env("SECRET_KEY").getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
        byte[] signature = mac.doFinal((body + timestamp).getBytes(StandardCharsets.UTF_8));
        HttpRequest request = HttpRequest.newBuilder(URI.create(env("HOOKS_URL")))
            .timeout(Duration.ofSeconds(30))
            .header("Authorization", "Bearer " + env("API_KEY"))
            .header("X-Timestamp", timestamp)
            .header("X-Signature", HexFormat.of().formatHex(signature))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();
        HttpResponse<String> response = HTTP.send(request, HttpResponse.BodyHandlers.ofString());
        Matcher found = BALANCE.matcher(response.body());
        if (response.statusCode() != 200 || !found.find()) {
            throw new IllegalStateException(
                title + " " + response.statusCode() + " " + response.body());
        }
        System.out.println(title + " " + response.statusCode() + " " + found.group(1));
        String replayed = response.headers().firstValue("Idempotent-Replayed").orElse("");
        return new Answer(response.body(), replayed.equals("true"), new BigDecimal(found.group(1)));
    }

    private static String who(String action) {
        return "\"action\": \"%s\", \"player_id\": %s, \"currency\": %s, \"session_id\": %s".formatted(
            action, quoted("PLAYER_ID"), quoted("CURRENCY"), quoted("SESSION_ID"));
    }

    private static String quoted(String name) {
        return '"' + env(name).replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    private static String env(String name) {
        String value = System.getenv(name);
        if (value == null) throw new IllegalStateException(name + " is not set");
        return value;
    }

    private static void expect(String what, Object found, Object wanted) {
        if (!found.equals(wanted)) {
            throw new IllegalStateException(what + ": " + found + ", and not " + wanted);
        }
    }
}
