import jakarta.mail.BodyPart;
import jakarta.mail.internet.InternetHeaders;
import jakarta.mail.internet.MimeBodyPart;
import jakarta.mail.internet.MimeMultipart;
import jakarta.mail.util.ByteArrayDataSource;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FileReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.Security;
import java.security.cert.X509Certificate;
import java.security.spec.MGF1ParameterSpec;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.spec.OAEPParameterSpec;
import javax.crypto.spec.PSource;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.cms.CMSObjectIdentifiers;
import org.bouncycastle.asn1.cms.ContentInfo;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaCertStore;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cms.CMSAlgorithm;
import org.bouncycastle.cms.CMSAuthEnvelopedData;
import org.bouncycastle.cms.CMSAuthEnvelopedDataGenerator;
import org.bouncycastle.cms.CMSCompressedData;
import org.bouncycastle.cms.CMSEnvelopedData;
import org.bouncycastle.cms.CMSProcessableByteArray;
import org.bouncycastle.cms.RecipientInformation;
import org.bouncycastle.cms.SignerInformation;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoGeneratorBuilder;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoVerifierBuilder;
import org.bouncycastle.cms.jcajce.JceCMSContentEncryptorBuilder;
import org.bouncycastle.cms.jcajce.JceKeyTransAuthEnvelopedRecipient;
import org.bouncycastle.cms.jcajce.JceKeyTransEnvelopedRecipient;
import org.bouncycastle.cms.jcajce.JceKeyTransRecipientId;
import org.bouncycastle.cms.jcajce.JceKeyTransRecipientInfoGenerator;
import org.bouncycastle.cms.jcajce.ZlibCompressor;
import org.bouncycastle.cms.jcajce.ZlibExpanderProvider;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.mail.smime.SMIMECompressedGenerator;
import org.bouncycastle.mail.smime.SMIMEEnvelopedGenerator;
import org.bouncycastle.mail.smime.SMIMESigned;
import org.bouncycastle.mail.smime.SMIMESignedGenerator;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.operator.OutputAEADEncryptor;
import org.bouncycastle.operator.jcajce.JcaAlgorithmParametersConverter;

/**
 * BouncyCastle as a trading partner, as OpenAS2 and its kin use it: builds, takes and answers AS2 messages that lie in files.
 *
 * <p>Arguments: folder, own name (of keys), partner's name; files are NAME-rsa.pem, NAME-rsa.key, NAME-ec.pem and NAME-ec.key. One
 * request a line, words parted by tabs: {@code verb name=value ...}; one answer a line: {@code ok name=value ...}, or {@code no}
 * and why. A message file holds the HTTP head, an empty line, and the body.
 */
public final class BouncyCastlePartner {
  private static final Map<String, ASN1ObjectIdentifier> CIPHERS = Map.of(
      "3des", CMSAlgorithm.DES_EDE3_CBC, "aes128-cbc", CMSAlgorithm.AES128_CBC, "aes192-cbc", CMSAlgorithm.AES192_CBC,
      "aes256-cbc", CMSAlgorithm.AES256_CBC, "aes128-gcm", CMSAlgorithm.AES128_GCM, "aes192-gcm", CMSAlgorithm.AES192_GCM,
      "aes256-gcm", CMSAlgorithm.AES256_GCM);
  private static final String CRLF = "\r\n";
  private final Map<String, X509Certificate> own = new HashMap<>();
  private final Map<String, X509Certificate> partner = new HashMap<>();
  private final Map<String, PrivateKey> keys = new HashMap<>();

  /** An entity with a head of its own. */
  private record Layered(MimeBodyPart part, String flags, byte[] hashed, byte[] content) {}

  public static void main(String[] words) throws Exception {
    Security.addProvider(new BouncyCastleProvider());
    BouncyCastlePartner us = new BouncyCastlePartner(Path.of(words[0]), words[1], words[2]);
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      out.println(us.answer(line));
    }
  }

  private BouncyCastlePartner(Path folder, String ownName, String partnerName) throws Exception {
    for (String kind : List.of("rsa", "ec")) {
      own.put(kind, certificate(folder.resolve(ownName + "-" + kind + ".pem")));
      partner.put(kind, certificate(folder.resolve(partnerName + "-" + kind + ".pem")));
      try (PEMParser parser = new PEMParser(new FileReader(folder.resolve(ownName + "-" + kind + ".key").toFile()))) {
        keys.put(kind, new JcaPEMKeyConverter().setProvider("BC").getPrivateKey((PrivateKeyInfo) parser.readObject()));
      }
    }
  }

  private static X509Certificate certificate(Path file) throws Exception {
    try (PEMParser parser = new PEMParser(new FileReader(file.toFile()))) {
      return new JcaX509CertificateConverter().setProvider("BC").getCertificate((X509CertificateHolder) parser.readObject());
    }
  }

  private String answer(String line) {
    String[] words = line.split("\t");
    Map<String, String> said = new HashMap<>();
    for (int i = 1; i < words.length; i++) {
      int at = words[i].indexOf('=');
      said.put(words[i].substring(0, at), words[i].substring(at + 1));
    }
    try {
      Map<String, String> found = switch (words[0]) {
        case "build" -> build(said);
        case "take" -> take(said);
        case "receipt" -> receipt(said);
        default -> throw new IllegalArgumentException(words[0]);
      };
      StringJoiner joined = new StringJoiner("\t").add("ok");
      found.forEach((name, value) -> joined.add(name + "=" + value.replaceAll("\\s+", " ")));
      return joined.toString();
    } catch (Exception error) {
      return "no\t" + (error.getClass().getSimpleName() + ": " + error.getMessage()).replaceAll("\\s+", " ");
    }
  }

  /** Write a message of the bytes in {@code data}; {@code head} are further fields of its head, parted by vertical bars. */
  private Map<String, String> build(Map<String, String> said) throws Exception {
    String head = "Content-Type: application/edi-x12" + CRLF + "Content-Transfer-Encoding: binary" + CRLF
        + "Content-Disposition: attachment; filename=invoice.edi" + CRLF + CRLF;
    byte[] entity = joined(head.getBytes(StandardCharsets.US_ASCII), Files.readAllBytes(Path.of(said.get("data"))));
    String compress = said.getOrDefault("compress", "none");
    byte[] hashed = entity;
    if (compress.equals("before-signing")) {
      entity = compressed(entity);
    }
    if (said.containsKey("digest")) {
      hashed = entity;
      entity = signed(entity, said.get("digest"), said.getOrDefault("scheme", "rsa"));
    }
    if (compress.equals("after-signing")) {
      entity = compressed(entity);
    }
    if (said.containsKey("cipher")) {
      entity = encrypted(entity, said);
    }
    write(said.get("out"), said.get("head"), entity);
    return Map.of("mic", mic(hashed, said.getOrDefault("mic", "sha256")));
  }

  private byte[] compressed(byte[] entity) throws Exception {
    SMIMECompressedGenerator generator = new SMIMECompressedGenerator();
    generator.setContentTransferEncoding("binary");
    return bytes(generator.generate(parsed(entity), new ZlibCompressor()));
  }

  private byte[] signed(byte[] entity, String digest, String scheme) throws Exception {
    String kind = scheme.equals("ecdsa") ? "ec" : "rsa";
    String with = switch (scheme) {
      case "pss" -> "withRSAandMGF1";
      case "ecdsa" -> "withECDSA";
      default -> "withRSA";
    };
    SMIMESignedGenerator generator = new SMIMESignedGenerator("binary", SMIMESignedGenerator.RFC5751_MICALGS);
    generator.addSignerInfoGenerator(new JcaSimpleSignerInfoGeneratorBuilder().setProvider("BC")
        .build(digest.toUpperCase() + with, keys.get(kind), own.get(kind)));
    generator.addCertificates(new JcaCertStore(List.of(own.get(kind))));
    MimeMultipart made = generator.generate(parsed(entity));
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    made.writeTo(body);
    String head = "Content-Type: " + made.getContentType() + CRLF + CRLF;
    return joined(head.getBytes(StandardCharsets.US_ASCII), body.toByteArray());
  }

  private byte[] encrypted(byte[] entity, Map<String, String> said) throws Exception {
    JceKeyTransRecipientInfoGenerator recipient = recipient(said.getOrDefault("transport", "rsa"));
    JceCMSContentEncryptorBuilder encryptor =
        new JceCMSContentEncryptorBuilder(CIPHERS.get(said.get("cipher"))).setProvider("BC");
    if (said.get("cipher").endsWith("-gcm") && !said.containsKey("legacy")) {
      CMSAuthEnvelopedDataGenerator generator = new CMSAuthEnvelopedDataGenerator();
      generator.addRecipientInfoGenerator(recipient);
      byte[] made = generator.generate(new CMSProcessableByteArray(entity), (OutputAEADEncryptor) encryptor.build()).getEncoded();
      String head = "Content-Type: application/pkcs7-mime; smime-type=authEnveloped-data; name=smime.p7m" + CRLF + CRLF;
      return joined(head.getBytes(StandardCharsets.US_ASCII), made);
    }
    SMIMEEnvelopedGenerator generator = new SMIMEEnvelopedGenerator();
    generator.setContentTransferEncoding("binary");
    generator.addRecipientInfoGenerator(recipient);
    return bytes(generator.generate(parsed(entity), encryptor.build()));
  }

  private JceKeyTransRecipientInfoGenerator recipient(String transport) throws Exception {
    if (transport.equals("rsa")) {
      return new JceKeyTransRecipientInfoGenerator(partner.get("rsa")).setProvider("BC");
    }
    String digest = javaName(transport.substring("oaep-".length()));
    OAEPParameterSpec oaep = new OAEPParameterSpec(digest, "MGF1", new MGF1ParameterSpec(digest), PSource.PSpecified.DEFAULT);
    return new JceKeyTransRecipientInfoGenerator(partner.get("rsa"),
        new JcaAlgorithmParametersConverter().getAlgorithmIdentifier(PKCSObjectIdentifiers.id_RSAES_OAEP, oaep)).setProvider("BC");
  }

  /** Take the message in {@code file}; write its payload, and the receipt when one is asked for. */
  private Map<String, String> take(Map<String, String> said) throws Exception {
    MimeBodyPart message = parsed(Files.readAllBytes(Path.of(said.get("file"))));
    Layered found = opened(message);
    Files.write(Path.of(said.get("payload")), found.content());
    String options = String.join(" ", headers(message, "Disposition-Notification-Options"));
    if (message.getHeader("Disposition-Notification-To") != null) {
      Matcher asked = Pattern.compile("micalg=\\w+, *([\\w-]+)").matcher(options);
      String digest = asked.find() ? asked.group(1) : "sha-256";
      byte[] hashed = found.flags().isEmpty() ? found.content() : found.hashed();
      byte[] report = report(message.getHeader("Message-ID")[0], mic(hashed, digest.replace("-", "")) + ", " + digest);
      if (!options.isEmpty()) {
        report = signed(report, digest.replace("-", ""), said.getOrDefault("scheme", "rsa"));
      }
      write(said.get("receipt"), said.get("head"), report);
    }
    return Map.of("flags", found.flags(), "url", String.join(" ", headers(message, "Receipt-Delivery-Option")));
  }

  private static byte[] report(String messageId, String mic) {
    String fields = String.join(CRLF, "Reporting-UA: BouncyCastle", "Final-Recipient: rfc822; SUPPLIER",
        "Original-Message-ID: " + messageId, "Disposition: automatic-action/MDN-sent-automatically; processed",
        "Received-Content-MIC: " + mic, "", "");
    return String.join(CRLF, "Content-Type: multipart/report; report-type=disposition-notification; boundary=\"=_report\"", "",
        "--=_report", "Content-Type: text/plain", "", "It has arrived.", "--=_report",
        "Content-Type: message/disposition-notification", "", fields, "--=_report--", "").getBytes(StandardCharsets.US_ASCII);
  }

  /** Read the receipt in {@code file}, and tell its fields and whether the partner signed it. */
  private Map<String, String> receipt(Map<String, String> said) throws Exception {
    Layered found = opened(parsed(Files.readAllBytes(Path.of(said.get("file")))));
    MimeMultipart report = multipart(found.part());
    InternetHeaders fields = new InternetHeaders(report.getBodyPart(1).getInputStream());
    return Map.of("flags", found.flags(), "disposition", fields.getHeader("Disposition", ","),
        "original", fields.getHeader("Original-Message-ID", ","),
        "mic", String.valueOf(fields.getHeader("Received-Content-MIC", ",")));
  }

  /** Take off layer after layer; what was hashed last is the signed part, else what stood within the encryption. */
  private Layered opened(MimeBodyPart part) throws Exception {
    String flags = "";
    byte[] hashed = null;
    while (true) {
      String type = part.getContentType().toLowerCase();
      if (type.startsWith("multipart/signed")) {
        SMIMESigned signed = new SMIMESigned(multipart(part), "binary");
        if (signed.getSignerInfos().size() == 0) {
          throw new SecurityException("nobody signed");
        }
        for (SignerInformation signer : signed.getSignerInfos()) {
          verify(signer);
        }
        part = signed.getContent();
        hashed = bytes(part);
        flags += "s";
      } else if (type.startsWith("application/pkcs7-mime")) {
        byte[] data = part.getInputStream().readAllBytes();
        ASN1ObjectIdentifier kind = ContentInfo.getInstance(data).getContentType();
        boolean compressed = kind.equals(CMSObjectIdentifiers.compressedData);
        byte[] inside = compressed ? new CMSCompressedData(data).getContent(new ZlibExpanderProvider()) : decrypted(kind, data);
        part = parsed(inside);
        hashed = flags.contains("s") ? hashed : inside;
        flags += compressed ? "c" : "e";
      } else {
        byte[] content = type.startsWith("multipart/") ? bytes(part) : part.getInputStream().readAllBytes();
        return new Layered(part, flags, hashed, content);
      }
    }
  }

  private void verify(SignerInformation signer) throws Exception {
    for (X509Certificate certificate : partner.values()) {
      if (signer.getSID().match(new X509CertificateHolder(certificate.getEncoded()))) {
        if (signer.verify(new JcaSimpleSignerInfoVerifierBuilder().setProvider("BC").build(certificate))) {
          return;
        }
      }
    }
    throw new SecurityException("the signature is not the partner's");
  }

  private byte[] decrypted(ASN1ObjectIdentifier kind, byte[] data) throws Exception {
    JceKeyTransRecipientId us = new JceKeyTransRecipientId(own.get("rsa"));
    if (kind.equals(CMSObjectIdentifiers.authEnvelopedData)) {
      RecipientInformation found = new CMSAuthEnvelopedData(data).getRecipientInfos().get(us);
      return found.getContent(new JceKeyTransAuthEnvelopedRecipient(keys.get("rsa")).setProvider("BC"));
    }
    RecipientInformation found = new CMSEnvelopedData(data).getRecipientInfos().get(us);
    return found.getContent(new JceKeyTransEnvelopedRecipient(keys.get("rsa")).setProvider("BC"));
  }

  private static MimeMultipart multipart(MimeBodyPart part) throws Exception {
    return new MimeMultipart(new ByteArrayDataSource(part.getRawInputStream().readAllBytes(), part.getContentType()));
  }

  private static MimeBodyPart parsed(byte[] entity) throws Exception {
    return new MimeBodyPart(new ByteArrayInputStream(entity));
  }

  private static byte[] bytes(BodyPart part) throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    part.writeTo(out);
    return out.toByteArray();
  }

  private static String[] headers(MimeBodyPart part, String name) throws Exception {
    String[] found = part.getHeader(name);
    return found == null ? new String[0] : found;
  }

  private static String javaName(String digest) {
    return digest.toUpperCase().replace("SHA", "SHA-");
  }

  private static String mic(byte[] data, String digest) throws Exception {
    return Base64.getEncoder().encodeToString(MessageDigest.getInstance(javaName(digest)).digest(data));
  }

  private static void write(String file, String head, byte[] entity) throws Exception {
    String fields = head == null ? "" : head.replace("|", CRLF) + CRLF;
    Files.write(Path.of(file), joined(fields.getBytes(StandardCharsets.ISO_8859_1), entity));
  }

  private static byte[] joined(byte[] one, byte[] other) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(one);
    out.writeBytes(other);
    return out.toByteArray();
  }
}
