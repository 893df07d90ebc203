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
 * <p>Signs requests, plays two rounds, and sends one bet twice. The environment holds the
 * configuration, see ../README.md. Prints a line for each step: action, status, balance. An answer
 * that is not as expected ends the program with an error.
 */
public final class Client {
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final Pattern BALANCE = Pattern.compile("\"balance\":\\s*(-?[0-9.]+)");

    /** What the wallet answered: the exact text, and whether it had answered it before. */
    record Answer(String text, boolean replayed, BigDecimal balance) {}

    public static void main(String[] args) throws Exception {
        String run = UUID.randomUUID().toString();
        BigDecimal before = call("balance", "{%s}".formatted(who("balance"))).balance();

        // A round that is won.
        String bet = bet(run + "-1", "0.10");
        Answer made = call("bet", bet);
        expect("balance after the bet", made.balance(), before.subtract(new BigDecimal("0.10")));

        // The same bytes, signed anew: the same answer, and no money moves.
        Answer again = call("replay", bet);
        expect("answer to the same bet", again.text(), made.text());
        expect("Idempotent-Replayed of the first", made.replayed(), false);
        expect("Idempotent-Replayed of the second", again.replayed(), true);

        String win = """
            {%s, "amount": 0.30, "transaction_id": "win-%s-1", "round_id": "round-%s-1",
             "type": "win", "game_id": %s, "finished": true}"""
            .formatted(who("win"), run, run, quoted("GAME_ID"));
        BigDecimal after = before.add(new BigDecimal("0.20"));
        expect("balance after the win", call("win", win).balance(), after);

        // A round that is taken back.
        BigDecimal staked = call("bet", bet(run + "-2", "2.50")).balance();
        expect("balance after the bet", staked, after.subtract(new BigDecimal("2.50")));

        String refund = """
            {%s, "amount": 2.50, "transaction_id": "refund-%s-2", "bet_transaction_id": "bet-%s-2",
             "type": "bet", "game_id": %s, "finished": true}"""
            .formatted(who("refund"), run, run, quoted("GAME_ID"));
        expect("balance after the refund", call("refund", refund).balance(), after);
        String balance = "{%s}".formatted(who("balance"));
        expect("balance at the end", call("balance", balance).balance(), after);
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

    /** Return a bet's body. The amount is written as it stands: it is never a double. */
    private static String bet(String id, String amount) {
        return """
            {%s, "amount": %s, "transaction_id": "bet-%s", "round_id": "round-%s",
             "type": "bet", "game_id": %s, "finished": false}"""
            .formatted(who("bet"), amount, id, id, quoted("GAME_ID"));
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
