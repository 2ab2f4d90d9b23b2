import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * One real Kafka broker that is its own controller (KRaft). Arguments: its configuration file, then options of kafka-storage format.
 * Its log goes to standard error; it ends when standard input closes.
 */
public class Broker {
  public static void main(String[] args) throws Exception {
    Thread parent = new Thread(() -> {
      try {
        while (System.in.read() >= 0) {
          // Only the end counts.
        }
      } catch (java.io.IOException gone) {
        // As good as the end.
      }
      Runtime.getRuntime().halt(0);
    });
    parent.setDaemon(true);
    parent.start();
    Path config = Path.of(args[0]);
    if (!Files.exists(config.resolveSibling("data").resolve("meta.properties"))) {
      List<String> format = new ArrayList<>(List.of("format", "--cluster-id", "c2x1aWNlLXRlc3QtMDAwMQ", "--config", args[0]));
      for (int i = 1; i < args.length; i++) format.add(args[i]);
      int status = kafka.tools.StorageTool.execute(format.toArray(new String[0]), System.err);
      if (status != 0) System.exit(status);
    }
    kafka.Kafka.main(new String[] {args[0]});
  }
}
