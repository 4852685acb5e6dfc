namespace CleanWorkspace.Application;

/// <summary>A write lost every race against other writers and has changed nothing: 503, and trying again may succeed.</summary>
/// <param name="innerException">What it met at the last attempt.</param>
public sealed class ContentionException(Exception innerException)
    : Exception("The write lost every race against other writers.", innerException);
