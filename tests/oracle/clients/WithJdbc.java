import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Array;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/**
 * Asks the server through the JDBC driver of PostgreSQL, in text and in binary format; see clients.py.
 *
 * usage: java -cp postgresql.jar WithJdbc.java REQUEST
 *
 * REQUEST is that of clients.py as records (U+001E behind each but the last) of fields (U+001F between them), for Java reads no
 * JSON: `query name fetch sql`, behind it its `parameter type value` (a list has several values, NULL none), and `set name value`.
 */
public class WithJdbc {
    static final String LONG = "select count(*) as n from generate_series(1, 200000) as a(n) "
        + "cross join generate_series(1, 200000) as b(m) where n + m = 7";
    static final DateTimeFormatter MICROS = DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS");

    record Query(String name, int fetch, String sql, List<List<String>> parameters) {}

    interface Work {
        Object run() throws Exception;
    }

    static final List<Query> queries = new ArrayList<>();
    static final Map<String, String> settings = new LinkedHashMap<>();

    public static void main(String[] arguments) throws Exception {
        read(Path.of(arguments[0]));
        Map<String, Object> answers = new LinkedHashMap<>();
        answers.put("JDBC, text", answers("false"));
        answers.put("JDBC, binary", answers("true"));
        String version;
        try (Connection connection = trusted("false")) {
            DatabaseMetaData told = connection.getMetaData();
            version = told.getDriverName() + " " + told.getDriverVersion() + ", Java " + System.getProperty("java.version");
        }
        Map<String, Object> found = new LinkedHashMap<>();
        found.put("version", version);
        found.put("answers", answers);
        found.put("checks", checks());
        StringBuilder out = new StringBuilder();
        write(out, found);
        System.out.write(out.toString().getBytes(StandardCharsets.UTF_8));
        System.out.flush();
    }

    static void read(Path path) throws Exception {
        for (String line : Files.readString(path).split("\u001e")) {
            List<String> fields = List.of(line.split("\u001f", -1));
            switch (fields.get(0)) {
                case "query" -> queries.add(new Query(fields.get(1), Integer.parseInt(fields.get(2)), plain(fields.get(3)), new ArrayList<>()));
                case "parameter" -> queries.get(queries.size() - 1).parameters.add(fields.subList(1, fields.size()));
                case "set" -> settings.put(fields.get(1), fields.get(2));
                default -> throw new IllegalArgumentException(line);
            }
        }
    }

    /** The text with the placeholders of JDBC. */
    static String plain(String sql) {
        return sql.replaceAll("\\$\\d", "?");
    }

    static Connection trusted(String binary) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", settings.get("user"));
        properties.setProperty("binaryTransfer", binary);
        // With -1 results are binary from the first time on.
        properties.setProperty("prepareThreshold", binary.equals("true") ? "-1" : "5");
        properties.setProperty("loginTimeout", "20");
        return DriverManager.getConnection("jdbc:postgresql://127.0.0.1:" + settings.get("port") + "/current", properties);
    }

    static Map<String, Object> answers(String binary) throws SQLException {
        Map<String, Object> found = new LinkedHashMap<>();
        try (Connection connection = trusted(binary)) {
            connection.setAutoCommit(false);
            for (Query query : queries) {
                try {
                    found.put(query.name, answer(connection, query));
                } catch (SQLException | RuntimeException error) {
                    found.put(query.name, Map.of("error", String.valueOf(error)));
                }
                connection.rollback();
            }
        }
        return found;
    }

    static Map<String, Object> answer(Connection connection, Query query) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(query.sql)) {
            statement.setFetchSize(query.fetch);
            for (int at = 0; at < query.parameters.size(); at++) {
                bind(connection, statement, at + 1, query.parameters.get(at));
            }
            List<Object> names = new ArrayList<>(), types = new ArrayList<>(), rows = new ArrayList<>();
            try (ResultSet result = statement.executeQuery()) {
                ResultSetMetaData columns = result.getMetaData();
                for (int at = 1; at <= columns.getColumnCount(); at++) {
                    names.add(columns.getColumnLabel(at));
                    types.add(type(columns.getColumnTypeName(at)));
                }
                while (result.next()) {
                    List<Object> row = new ArrayList<>();
                    for (int at = 1; at <= names.size(); at++) {
                        row.add(cell((String) types.get(at - 1), result, at));
                    }
                    rows.add(row);
                }
            }
            Map<String, Object> found = new LinkedHashMap<>();
            found.put("names", names);
            found.put("types", types);
            found.put("rows", rows);
            return found;
        }
    }

    static void bind(Connection connection, PreparedStatement statement, int at, List<String> parameter) throws SQLException {
        String kind = parameter.get(0);
        if (parameter.size() == 1) {
            statement.setNull(at, java.sql.Types.VARCHAR);
            return;
        }
        String value = parameter.get(1);
        switch (kind) {
            case "int8" -> statement.setLong(at, Long.parseLong(value));
            case "float8" -> statement.setDouble(at, Double.parseDouble(value));
            case "bool" -> statement.setBoolean(at, value.equals("t"));
            case "numeric" -> statement.setBigDecimal(at, new BigDecimal(value));
            case "date" -> statement.setObject(at, LocalDate.parse(value));
            case "timestamp" -> statement.setObject(at, LocalDateTime.parse(value));
            case "text[]" -> statement.setArray(at, connection.createArrayOf("text", parameter.subList(1, parameter.size()).toArray()));
            default -> statement.setString(at, value);
        }
    }

    static String type(String told) {
        String kind = switch (told) {
            case "varchar", "name" -> "text";
            default -> told;
        };
        return kind.startsWith("_") ? kind.substring(1) + "[]" : kind;
    }

    static Object cell(String kind, ResultSet result, int at) throws SQLException {
        if (result.getObject(at) == null) {
            return null;
        }
        return switch (kind) {
            case "bool" -> result.getBoolean(at) ? "t" : "f";
            case "int2", "int4", "int8" -> Long.toString(result.getLong(at));
            case "float4" -> bits(result.getFloat(at));
            case "float8" -> bits(result.getDouble(at));
            case "numeric" -> result.getBigDecimal(at).toPlainString();
            case "date" -> result.getObject(at, LocalDate.class).toString();
            case "timestamp" -> result.getObject(at, LocalDateTime.class).format(MICROS);
            case "text[]", "int8[]" -> {
                Array list = result.getArray(at);
                List<Object> items = new ArrayList<>();
                for (Object item : (Object[]) list.getArray()) {
                    items.add(item == null ? null : item.toString());
                }
                yield items;
            }
            default -> result.getString(at);
        };
    }

    static String bits(double value) {
        return String.format("%016x", Double.doubleToLongBits(value));
    }

    static Map<String, Object> checks() throws Exception {
        Map<String, Object> found = new LinkedHashMap<>();
        try (Connection connection = trusted("false")) {
            DatabaseMetaData told = connection.getMetaData();
            found.put("product", told.getDatabaseProductName());
            found.put("schemas", column(told.getSchemas(), "TABLE_SCHEM"));
            found.put("tables", column(told.getTables(null, "appendix", "bijlage%", new String[] {"TABLE"}), "TABLE_NAME").size());
            found.put("all tables", column(told.getTables(null, null, "%", null), "TABLE_NAME").contains("round_3"));
            found.put("columns", columns(told.getColumns(null, "appendix", "bijlage_14", null)));
            found.put("key", column(told.getPrimaryKeys(null, "appendix", "bijlage_14"), "COLUMN_NAME"));
            found.put("indexes", column(told.getIndexInfo(null, "appendix", "bijlage_14", false, true), "INDEX_NAME"));
            found.put("imported keys", told(() -> column(told.getImportedKeys(null, "appendix", "bijlage_14"), "PKTABLE_NAME")));
            found.put("exported keys", told(() -> column(told.getExportedKeys(null, "appendix", "bijlage_14"), "FKTABLE_NAME")));
            found.put("lists", told(() -> column(told.getColumns(null, "bomen", "totaal", "%"), "TYPE_NAME").stream().filter(kind -> kind.startsWith("_")).sorted().distinct().toList()));
            found.put("types", told(() -> column(told.getTypeInfo(), "TYPE_NAME").containsAll(List.of("int8", "text", "float8", "date", "numeric", "bool"))));
            found.put("table types", told(() -> column(told.getTableTypes(), "TABLE_TYPE").contains("TABLE")));
            found.put("catalogs", told(() -> column(told.getCatalogs(), "TABLE_CAT").contains("current")));
            found.put("privileges", told(() -> column(told.getTablePrivileges(null, "appendix", "bijlage_14"), "PRIVILEGE")));
            found.put("functions", told(() -> column(told.getFunctions(null, null, "%"), "FUNCTION_NAME")));
            found.put("procedures", told(() -> column(told.getProcedures(null, null, "%"), "PROCEDURE_NAME")));
        }
        found.put("cancelled", cancelled());
        found.put("timed out", timedOut());
        found.put("prepared", prepared());
        found.put("refused", state(() -> {
            try (Connection connection = trusted("false"); Statement statement = connection.createStatement()) {
                return statement.executeUpdate("create table x (a int)");
            }
        }));
        found.put("TLS, any certificate", login("require", null, "a long secret"));
        found.put("TLS, certificate checked", login("verify-full", settings.get("ca"), "a long secret"));
        found.put("TLS, another authority", login("verify-full", settings.get("other_ca"), "a long secret"));
        found.put("wrong password", login("require", null, "a guess"));
        return found;
    }

    static List<String> column(ResultSet result, String name) throws SQLException {
        List<String> values = new ArrayList<>();
        try (result) {
            while (result.next()) {
                values.add(result.getString(name));
            }
        }
        return values;
    }

    static List<List<String>> columns(ResultSet result) throws SQLException {
        List<List<String>> found = new ArrayList<>();
        try (result) {
            while (result.next()) {
                found.add(List.of(result.getString("COLUMN_NAME"), result.getString("TYPE_NAME"), result.getString("IS_NULLABLE"), result.getString("ORDINAL_POSITION")));
            }
        }
        return found;
    }

    static Object cancelled() throws Exception {
        try (Connection connection = trusted("false"); Statement statement = connection.createStatement()) {
            Thread canceller = new Thread(() -> {
                try {
                    Thread.sleep(1000);
                    statement.cancel();
                } catch (InterruptedException | SQLException error) {
                    throw new IllegalStateException(error);
                }
            });
            canceller.start();
            Object ended = state(() -> statement.executeQuery(LONG));
            canceller.join();
            return List.of(ended, one(connection, "select 1"));
        }
    }

    static Object timedOut() throws Exception {
        try (Connection connection = trusted("false"); Statement statement = connection.createStatement()) {
            statement.setQueryTimeout(1);
            return List.of(state(() -> statement.executeQuery(LONG)), one(connection, "select 1"));
        }
    }

    static String one(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement(); ResultSet result = statement.executeQuery(sql)) {
            result.next();
            return result.getString(1);
        }
    }

    static Object prepared() throws SQLException {
        try (Connection connection = trusted("true");
                PreparedStatement statement = connection.prepareStatement("select count(*) from generate_series(1, 10) as t(n) where n > ?")) {
            List<Object> counts = new ArrayList<>();
            for (long most : new long[] {0, 3, 9, 3, 3, 3, 3}) {
                statement.setLong(1, most);
                try (ResultSet result = statement.executeQuery()) {
                    result.next();
                    counts.add(Long.toString(result.getLong(1)));
                }
            }
            return counts;
        }
    }

    static Object login(String mode, String authority, String password) {
        Properties properties = new Properties();
        properties.setProperty("user", "anna");
        properties.setProperty("password", password);
        properties.setProperty("sslmode", mode);
        if (authority != null) {
            properties.setProperty("sslrootcert", authority);
        }
        return state(() -> {
            try (Connection connection = DriverManager.getConnection("jdbc:postgresql://localhost:" + settings.get("secure_port") + "/current", properties)) {
                return one(connection, "select current_user");
            }
        });
    }

    /** What comes of it, or the SQLSTATE. */
    static Object state(Work work) {
        try {
            return String.valueOf(work.run());
        } catch (SQLException error) {
            return error.getSQLState();
        } catch (Exception error) {
            return error.toString();
        }
    }

    /** What comes of it, or what is said against it. */
    static Object told(Work work) {
        try {
            return work.run();
        } catch (Exception error) {
            return error.getMessage();
        }
    }

    static void write(StringBuilder out, Object value) {
        if (value instanceof Map<?, ?> map) {
            String before = "{";
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                out.append(before);
                write(out, entry.getKey());
                out.append(':');
                write(out, entry.getValue());
                before = ",";
            }
            out.append(map.isEmpty() ? "{}" : "}");
        } else if (value instanceof Collection<?> list) {
            String before = "[";
            for (Object item : list) {
                out.append(before);
                write(out, item);
                before = ",";
            }
            out.append(list.isEmpty() ? "[]" : "]");
        } else if (value instanceof String text) {
            out.append('"');
            for (char letter : text.toCharArray()) {
                if (letter == '"' || letter == '\\') {
                    out.append('\\').append(letter);
                } else if (letter < ' ') {
                    out.append(String.format("\\u%04x", (int) letter));
                } else {
                    out.append(letter);
                }
            }
            out.append('"');
        } else {
            out.append(value);
        }
    }
}
